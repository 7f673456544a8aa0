import { createContext, useContext } from 'react';

/** 0 in the row that the keyboard is on, -1 in every other, so that Tab passes a table in one step. */
export const RowTabIndex = createContext<0 | -1>(0);

/** `tabIndex` of links and buttons inside a cell. */
export const useRowTabIndex = (): 0 | -1 => useContext(RowTabIndex);
