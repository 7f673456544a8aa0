'use client';

import { useMemo } from 'react';
import type { TableMore } from './data-column.ts';

interface Page<T> {
  items: T[];
}

interface InfiniteAnswer<T> {
  data: { pages: Page<T>[] } | undefined;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Rows and `more` of a DataTable from what useInfiniteQuery answers over a list of the contract. */
export function useListRows<T>(query: InfiniteAnswer<T>): { rows: T[] | undefined; more: TableMore } {
  const { data } = query;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  return {
    rows,
    more: {
      has: query.hasNextPage,
      loading: query.isFetchingNextPage,
      load: () => void query.fetchNextPage(),
    },
  };
}
