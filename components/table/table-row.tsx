'use client';

import type { Row } from '@tanstack/react-table';
import { flexRender } from '@tanstack/react-table';
import { clsx as cx } from 'clsx';
import { useTranslations } from 'next-intl';
import type { CSSProperties, Ref } from 'react';
import { Checkbox } from '../ui/checkbox.tsx';
import { RowTabIndex } from './row-tab-index.ts';
import { type Features, gridColumns } from './table-features.ts';

export interface TableRowProps<T extends object> {
  row: Row<Features, T>;
  index: number;
  label: string;
  selectable: boolean;
  selected: boolean;
  /** Whether the keyboard is on this row. */
  active: boolean;
  peeked: boolean;
  style: CSSProperties;
  /** Whether `style` says where the row is; a phone's cards stand in the flow until then. */
  isMeasured: boolean;
  measure: Ref<HTMLTableRowElement>;
}

/** One row: cells in the columns of the grid, or a card on a phone. */
export function TableRow<T extends object>(props: TableRowProps<T>) {
  const { row, index, label, selectable, selected, active, peeked, style, isMeasured, measure } = props;
  const t = useTranslations('table');
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={selectable ? selected : undefined}
      tabIndex={active ? 0 : -1}
      style={style}
      className={cx(
        'absolute inset-x-0 grid items-center gap-x-4 border-line border-b px-3 -outline-offset-2 last:rounded-b-card last:border-b-0 hover:bg-hover max-sm:first:rounded-t-card',
        'max-sm:grid-cols-[1fr_auto] max-sm:gap-y-1 max-sm:py-3 sm:min-h-(--row)',
        gridColumns,
        !isMeasured && 'max-sm:static max-sm:transform-none!',
        selected || peeked ? 'bg-lagoon-wash' : 'bg-surface-1',
      )}
    >
      <RowTabIndex value={active ? 0 : -1}>
        {selectable ? (
          <td className="flex max-sm:hidden">
            <Checkbox
              aria-label={t('select', { name: label })}
              checked={selected}
              onChange={(checked) => row.toggleSelected(checked)}
              tabIndex={active ? 0 : -1}
            />
          </td>
        ) : null}
        {row.getAllCells().map((cell) => {
          const facts = cell.column.columnDef.meta;
          return (
            <td key={cell.id} className={cx('flex min-w-0 items-center gap-3 sm:whitespace-nowrap', facts?.className)}>
              {facts?.label ? (
                <span aria-hidden className="w-20 shrink-0 text-12 text-text-3 sm:hidden">
                  {facts.header}
                </span>
              ) : null}
              <div className="min-w-0 truncate">{flexRender(cell.column.columnDef.cell, cell.getContext())}</div>
            </td>
          );
        })}
      </RowTabIndex>
    </tr>
  );
}
