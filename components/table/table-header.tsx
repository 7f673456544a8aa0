'use client';

import type { Table } from '@tanstack/react-table';
import { clsx as cx } from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Checkbox } from '../ui/checkbox.tsx';
import type { TableSort } from './data-column.ts';
import { type ColumnFacts, type Features, gridColumns } from './table-features.ts';

export interface TableHeaderProps<T extends object> {
  table: Table<Features, T>;
  sort: TableSort | undefined;
  selectable: boolean;
}

/** The sticky header: names, sorting, select all. A phone shows cards and no header. */
export function TableHeader<T extends object>({ table, sort, selectable }: TableHeaderProps<T>) {
  const t = useTranslations('table');
  return (
    <thead className="sticky top-12 z-10 block max-sm:hidden">
      <tr
        aria-rowindex={1}
        className={cx(
          'grid h-9 items-center gap-x-4 rounded-t-card border-line border-b bg-surface-1 px-3 text-12 text-text-2',
          gridColumns,
        )}
      >
        {selectable ? (
          <th scope="col" className="flex">
            <Checkbox
              aria-label={t('selectAll')}
              checked={table.getIsAllRowsSelected()}
              indeterminate={table.getIsSomeRowsSelected()}
              onChange={(checked) => table.toggleAllRowsSelected(checked)}
            />
          </th>
        ) : null}
        {table.getAllLeafColumns().map((column) => {
          const facts = column.columnDef.meta;
          return facts ? <HeaderCell key={column.id} facts={facts} sort={sort} /> : null;
        })}
      </tr>
    </thead>
  );
}

function HeaderCell({ facts, sort }: { facts: ColumnFacts; sort: TableSort | undefined }) {
  const by = facts.sort;
  if (!by || !sort) {
    return (
      <th scope="col" className={cx('flex min-w-0 font-normal', facts.className)}>
        <span className={facts.quiet ? 'sr-only' : 'truncate'}>{facts.header}</span>
      </th>
    );
  }
  const order = sort.value === by.asc ? 'ascending' : sort.value === by.desc ? 'descending' : 'none';
  return (
    <th scope="col" aria-sort={order} className={cx('flex min-w-0 font-normal', facts.className)}>
      <button
        type="button"
        onClick={() => sort.onChange(order === 'ascending' ? by.desc : by.asc)}
        className="inline-flex min-h-6 items-center gap-1 rounded-[4px] hover:text-text-1"
      >
        {facts.header}
        {order === 'ascending' ? <ArrowUp size={12} aria-hidden /> : null}
        {order === 'descending' ? <ArrowDown size={12} aria-hidden /> : null}
      </button>
    </th>
  );
}
