import { z } from 'zod';
import { AtollError } from '#server/contract/errors.ts';
import type { Keyset, Page, PageRequest } from '#server/db/page.ts';
import { openCursor, sealCursor } from '#server/platform/cursor.ts';
import type { ServiceContext } from './service-context.ts';

const placeSchema = z.strictObject({ value: z.string(), id: z.string() });

export interface ListInput {
  cursor?: string | undefined;
  limit: number;
}

/**
 * One page of a list. `list` names it together with the project and the filters: a cursor is sealed to that, and to the caller,
 * and opens nowhere else (security.md 31).
 */
export async function pageOfList<Row, Item>(
  ctx: ServiceContext,
  list: readonly unknown[],
  input: ListInput,
  read: (page: PageRequest) => Promise<Page<Row>>,
  view: (row: Row) => Item,
): Promise<{ items: Item[]; nextCursor: string | null }> {
  const scope = JSON.stringify([ctx.actor?.userId ?? null, ...list.map((part) => part ?? null)]);
  const after = input.cursor === undefined ? null : openPlace(ctx, scope, input.cursor);
  const page = await read({ limit: input.limit, after });
  return {
    items: page.items.map(view),
    nextCursor: page.next && sealCursor(ctx.app.cursorKey, scope, { ...page.next }),
  };
}

function openPlace(ctx: ServiceContext, scope: string, cursor: string): Keyset {
  const place = placeSchema.safeParse(openCursor(ctx.app.cursorKey, scope, cursor));
  if (!place.success)
    throw new AtollError('validation_failed', 'The cursor is not valid here.', { cause: place.error });
  return place.data;
}
