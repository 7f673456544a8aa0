import { type ColumnDef, metaHelper, rowSelectionFeature, tableFeatures } from '@tanstack/react-table';
import type { CSSProperties } from 'react';
import type { DataColumn } from './data-column.ts';

export interface ColumnFacts {
  header: string;
  width: string;
  from: DataColumn<unknown>['from'];
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
      from: column.from,
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

const widths = ['sm', 'md', 'lg', 'xl'] as const;

/** Where the columns of a width of the window stand: those that are left out there leave no track behind. */
export const gridColumns =
  'sm:grid-cols-(--cols-sm) md:grid-cols-(--cols-md) lg:grid-cols-(--cols-lg) xl:grid-cols-(--cols-xl)';

/** The values of the variables that {@link gridColumns} reads; `before` is a track in front of all. */
export const gridTracks = (facts: readonly Pick<ColumnFacts, 'width' | 'from'>[], before?: string): CSSProperties =>
  Object.fromEntries(
    widths.map((width, rank) => {
      const shown = facts.filter(({ from: least }) => widths.indexOf(least ?? 'sm') <= rank);
      return [`--cols-${width}`, [...(before ? [before] : []), ...shown.map((column) => column.width)].join(' ')];
    }),
  );
