/** Statements that are kept prepared, for each connection that has run them. The hot ones are some sixty. */
const mostPrepared = 120;
/** Texts that are counted; what is asked once, such as lists with all their filters, must not fill the memory. */
const mostCounted = 1_000;
/** A text that comes back so often is worth keeping. */
const oftenEnough = 3;

/**
 * Gives hot statements a name, by which PostgreSQL keeps them parsed and in the end planned: for the short ones of a
 * transaction that is most of their work. Without values (BEGIN, COMMIT) there is nothing to keep. '' is no name.
 */
export function statementNames(): (query: { sql: string; args: readonly unknown[] }) => string {
  const seen = new Map<string, number>();
  const names = new Map<string, string>();
  return ({ sql, args }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (args.length === 0 || names.size >= mostPrepared) return '';
    const times = (seen.get(sql) ?? 0) + 1;
    if (times < oftenEnough) {
      if (seen.size < mostCounted || seen.has(sql)) seen.set(sql, times);
      return '';
    }
    const name = `atoll-${names.size + 1}`;
    seen.delete(sql);
    names.set(sql, name);
    return name;
  };
}
