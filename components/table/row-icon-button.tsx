'use client';

import { IconButton, type IconButtonProps } from '../ui/icon-button.tsx';
import { useRowTabIndex } from './row-tab-index.ts';

/** An icon button in a cell: in the tab order only with its row. */
export const RowIconButton = (props: IconButtonProps) => <IconButton {...props} tabIndex={useRowTabIndex()} />;
