import { Prisma } from './generated/client.ts';

/** Where a page ended: the sort value of its last row as text, and its id as the tie-break. Sealed into cursors by the API. */
export interface Keyset {
  value: string;
  id: string;
}

export interface PageRequest {
  /** 1–200. */
  limit: number;
  after?: Keyset | null;
}

export interface Page<Row> {
  items: Row[];
  /** null on the last page. */
  next: Keyset | null;
}

export interface Order {
  /** What is sorted by; never null. */
  by: Prisma.Sql;
  id: Prisma.Sql;
  /** PostgreSQL types of `by` and `id`, to which the keyset's texts are cast. */
  byType: 'text' | 'timestamptz' | 'bigint';
  idType: 'uuid' | 'text' | 'bigint';
  descending?: boolean;
}

/** Condition that lets through what comes after the keyset in this order. */
export function afterKeyset(order: Order, after: Keyset | null | undefined): Prisma.Sql {
  if (!after) return Prisma.sql`true`;
  const compare = order.descending ? Prisma.sql`<` : Prisma.sql`>`;
  const byType = Prisma.raw(order.byType);
  const idType = Prisma.raw(order.idType);
  return Prisma.sql`(${order.by}, ${order.id}) ${compare} (${after.value}::text::${byType}, ${after.id}::text::${idType})`;
}

/** ORDER BY and LIMIT: one row more than asked for tells whether there is a next page. */
export function orderAndLimit(order: Order, limit: number): Prisma.Sql {
  const way = order.descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  return Prisma.sql`ORDER BY ${order.by} ${way}, ${order.id} ${way} LIMIT ${limit + 1}`;
}

/** Cuts the row too many and says where the next page begins. */
export function toPage<Row>(rows: Row[], limit: number, keyOf: (row: Row) => Keyset): Page<Row> {
  if (rows.length <= limit) return { items: rows, next: null };
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last === undefined ? null : keyOf(last) };
}

/** `%text%` for ILIKE, with the wildcards of the user's text taken literally. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
