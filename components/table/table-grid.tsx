'use client';

import { useTable } from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { clsx as cx } from 'clsx';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { type MouseEvent, type SyntheticEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Density } from '../lib/preferences.ts';
import { BulkBar } from './bulk-bar.tsx';
import type { DataTableProps } from './data-table.tsx';
import { features, gridTracks, toColumnDefs } from './table-features.ts';
import { TableHeader } from './table-header.tsx';
import { TableRow } from './table-row.tsx';
import { useRowKeys } from './use-row-keys.ts';
import { useTopOf } from './use-top-of.ts';

const Sheet = dynamic(() => import('../ui/sheet.tsx').then((module) => module.Sheet));

export interface TableGridProps<T extends object> extends Omit<DataTableProps<T>, 'empty' | 'rows'> {
  rows: readonly T[];
  density: Density;
}

/** First guess of a row's height in px; a card of a phone is measured. */
const rowHeights: Record<Density, number> = { comfortable: 36, dense: 28 };
/** The window that the server renders for: enough rows for a tall one. */
const serverWindow = { width: 1440, height: 1200 };
/** The next page is asked for when this many rows are left. */
const loadAhead = 20;
const none: never[] = [];

/** The grid itself, of at least one row; only the rows in sight are in the document. */
export function TableGrid<T extends object>(props: TableGridProps<T>) {
  const { label, columns, rows, rowId, rowName, href, panel, sort, more, bulk, density } = props;
  const t = useTranslations('table');
  const router = useRouter();
  const body = useRef<HTMLTableSectionElement>(null);
  const top = useTopOf(body);
  // Until then a phone's cards stand in the flow: only a browser knows their heights.
  const [isMeasured, setMeasured] = useState(false);
  useEffect(() => setMeasured(true), []);
  const [peeked, setPeeked] = useState<string | null>(null);
  const selectable = bulk !== undefined;

  const defs = useMemo(() => toColumnDefs(columns), [columns]);
  const table = useTable({ features, columns: defs, data: rows, getRowId: rowId, enableRowSelection: selectable });
  const list = table.getRowModel().rows;
  const virtual = useWindowVirtualizer<HTMLTableRowElement>({
    count: list.length,
    estimateSize: () => rowHeights[density],
    getItemKey: (index) => list[index]?.id ?? index,
    overscan: 12,
    scrollMargin: top,
    initialRect: serverWindow,
  });
  const items = virtual.getVirtualItems();
  useEffect(() => {
    const last = items.at(-1)?.index ?? 0;
    if (more?.has && !more.loading && last >= list.length - loadAhead) more.load();
  });

  const idAt = (index: number): string | null => list[index]?.id ?? null;
  const open = (index: number) => {
    const row = list[index];
    if (row && href) router.push(href(row.original));
  };
  const peek = (index: number) => setPeeked((now) => (now === idAt(index) ? null : idAt(index)));
  const keys = useRowKeys({
    count: list.length,
    focusRow: (index) => {
      virtual.scrollToIndex(index, { align: 'auto' });
      requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
      if (peeked !== null) setPeeked(idAt(index));
    },
    ...(href && { open }),
    ...(panel && { peek }),
    ...(selectable && { select: (index: number) => list[index]?.toggleSelected() }),
  });
  const follow = (event: SyntheticEvent): number | null => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('tr[data-index]') : null;
    const index = row ? Number(row.dataset.index) : null;
    if (index !== null) keys.setActive(index);
    return index;
  };
  const press = (event: MouseEvent) => {
    const index = follow(event);
    if (index === null) return;
    const control = event.target instanceof Element && event.target.closest('a,button,input,label,[role=checkbox]');
    const selecting = window.getSelection()?.isCollapsed === false;
    if (control || selecting) return;
    if (panel) peek(index);
    else open(index);
  };

  const peekedRow = list.find((row) => row.id === peeked)?.original;
  const selected = selectable ? table.getSelectedRowModel().rows.map((row) => row.original) : none;
  const clear = () => table.resetRowSelection(true);
  const facts = defs.flatMap((def) => def.meta ?? []);
  const cols = gridTracks(facts, selectable ? '16px' : undefined);
  // The grid pattern of ARIA on a real table, so that rows and cells keep their own roles.
  const grid = {
    role: 'grid',
    'aria-rowcount': more?.has ? -1 : list.length + 1,
    'aria-multiselectable': selectable || undefined,
  };
  return (
    <>
      <table
        {...grid}
        aria-label={label}
        onKeyDown={keys.onKeyDown}
        onFocus={follow}
        onClick={press}
        style={cols}
        className="block min-w-0"
      >
        <TableHeader table={table} sort={sort} selectable={selectable} />
        <tbody
          ref={body}
          className={cx('relative block', !isMeasured && 'max-sm:h-auto!')}
          style={{ height: virtual.getTotalSize() }}
        >
          {items.map(({ index, start }) => {
            const row = list[index];
            return row ? (
              <TableRow
                key={row.id}
                row={row}
                index={index}
                label={rowName(row.original)}
                selectable={selectable}
                selected={selectable && row.getIsSelected()}
                active={keys.active === index}
                peeked={peeked === row.id}
                isMeasured={isMeasured}
                measure={virtual.measureElement}
                style={{ transform: `translateY(${start - top}px)` }}
              />
            ) : null;
          })}
        </tbody>
      </table>
      {more?.has ? (
        <p role="status" className="px-3 py-2 text-12 text-text-3">
          {t('loadingMore')}
        </p>
      ) : null}
      {bulk && selected.length > 0 ? (
        <BulkBar count={selected.length} clear={clear}>
          {bulk(selected, clear)}
        </BulkBar>
      ) : null}
      {panel && peekedRow ? (
        <Sheet open onOpenChange={(isOpen) => !isOpen && setPeeked(null)} title={rowName(peekedRow)} modal={false}>
          {panel(peekedRow)}
        </Sheet>
      ) : null}
    </>
  );
}
