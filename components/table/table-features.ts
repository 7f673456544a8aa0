import { type ColumnDef, metaHelper, rowSelectionFeature, tableFeatures } from '@tanstack/react-table';
import type { DataColumn } from './data-column.ts';

export interface ColumnFacts {
  header: string;
  width: string;
  className: string;
  label: boolean;
  quiet: boolean;
  sort: DataColumn<unknown>['sort'];
}

/** The features of TanStack Table that Atoll uses; sorting, filtering and paging are the server's. */
export const features = tableFeatures({ rowSelectionFeature, columnMeta: metaHelper<ColumnFacts>() });
export type Features = typeof features;

const cards: Record<NonNullable<DataColumn<unknown>['card']>, string> = {
  title: 'max-sm:order-1',
  corner: 'max-sm:order-2 max-sm:justify-self-end',
  line: 'max-sm:order-3 max-sm:col-span-2',
  hide: 'max-sm:hidden',
};
const from: Record<NonNullable<DataColumn<unknown>['from']>, string> = {
  md: 'sm:max-md:hidden',
  lg: 'sm:max-lg:hidden',
  xl: 'sm:max-xl:hidden',
};

/** The columns as TanStack Table wants them. */
export const toColumnDefs = <T extends object>(columns: readonly DataColumn<T>[]): ColumnDef<Features, T>[] =>
  columns.map((column) => ({
    id: column.id,
    header: column.header,
    cell: ({ row }) => column.cell(row.original),
    meta: {
      header: column.header,
      width: column.width ?? 'minmax(96px, 1fr)',
      className: [
        cards[column.card ?? 'line'],
        column.from && from[column.from],
        column.align === 'end' && 'sm:justify-end sm:text-right tabular',
      ]
        .filter(Boolean)
        .join(' '),
      quiet: column.quiet ?? false,
      label: (column.card ?? 'line') === 'line',
      sort: column.sort,
    },
  }));
