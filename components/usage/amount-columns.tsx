import type { UsageAmounts } from '#server/contract/usage.ts';
import type { DataColumn } from '../table/data-column.ts';
import { formatMeasure, type UsageMeasure } from './format-usage.ts';
import { measuresOf } from './usage-totals.tsx';

/** A share of the largest, as a thin bar under the number. */
const Share = ({ of }: { of: number }) => (
  <span aria-hidden className="mt-0.5 block h-1 w-full overflow-hidden rounded-full bg-line">
    <span className="block h-full rounded-full bg-lagoon" style={{ width: `${of * 100}%` }} />
  </span>
);

/** The columns of amounts; that of `measure` has bars beside its numbers. */
export function amountColumns<T extends UsageAmounts>(
  rows: readonly T[],
  measure: UsageMeasure,
  currency: string | null,
  locale: string,
  header: (measure: UsageMeasure) => string,
): DataColumn<T>[] {
  const largest = Math.max(...rows.map((row) => Number(row[measure])), 0);
  return measuresOf(currency).map((each) => ({
    id: each,
    header: header(each),
    align: 'end',
    width: 'minmax(96px, 1fr)',
    ...(each !== measure && { from: 'md' as const }),
    cell: (row) => (
      <span className="block min-w-16">
        <span className="tabular">{formatMeasure(row, each, currency, locale)}</span>
        {each === measure && largest > 0 ? <Share of={Number(row[each]) / largest} /> : null}
      </span>
    ),
  }));
}
