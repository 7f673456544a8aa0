import type { ReactNode } from 'react';

/** One column of a DataTable. Columns belong at module scope or into useMemo: a new array draws the whole table again. */
export interface DataColumn<T> {
  id: string;
  header: string;
  /** Its header is only read aloud (actions). */
  quiet?: boolean;
  cell: (row: T) => ReactNode;
  /** Track of the CSS grid: `minmax(160px, 2fr)`, `96px`. Default `minmax(96px, 1fr)`. */
  width?: string;
  /** Numbers stand at the end. */
  align?: 'end';
  /** The values of the server's `sort` that order by this column. */
  sort?: { asc: string; desc: string };
  /** Its place when the row is a card on a phone. Default `line`: label and value on a line of their own. */
  card?: 'title' | 'corner' | 'line' | 'hide';
  /** Left out below this width of the window, where columns would be too narrow. */
  from?: 'md' | 'lg' | 'xl';
}

/** What orders the list now, and how to change it; kept in the address by the page. */
export interface TableSort {
  value: string;
  onChange: (value: string) => void;
}

/** Whether there are more pages, and how to get the next; as useInfiniteQuery answers. */
export interface TableMore {
  has: boolean;
  loading: boolean;
  load: () => void;
}
