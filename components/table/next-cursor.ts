/** The cursor of the next page, for `infiniteQueryOptions(input, { getNextPageParam: nextCursor })`. */
export const nextCursor = (page: { nextCursor: string | null }): string | undefined => page.nextCursor ?? undefined;
