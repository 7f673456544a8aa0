/** Names that a message wants: arguments in braces, and tags as `t.rich` fills them. */
export interface IcuArguments {
  values: Set<string>;
  tags: Set<string>;
}

/**
 * The arguments of an ICU message (formatjs' dialect: `{name}`, `{name, plural, one {…} other {…}}`, `<tag>…</tag>`).
 * Throws when braces do not match, or a plural or select has no `other`.
 */
export function icuArguments(message: string): IcuArguments {
  const found: IcuArguments = { values: new Set(), tags: new Set() };
  const end = readText(message, 0, found);
  if (end !== message.length) throw new Error(`Unmatched } at ${end} in: ${message}`);
  return found;
}

/** Reads text up to the end or to the brace that closes it; answers where it stopped. */
function readText(message: string, from: number, found: IcuArguments): number {
  let at = from;
  while (at < message.length && message[at] !== '}') {
    if (message[at] === "'" && /['{}<]/.test(message[at + 1] ?? '')) at = endOfQuote(message, at);
    else if (message[at] === '{') at = readArgument(message, at, found);
    else if (message[at] === '<') {
      const tag = /^<(\w+)>/.exec(message.slice(at))?.[1];
      if (tag) found.tags.add(tag);
      at += 1;
    } else at += 1;
  }
  return at;
}

/** `''` is an apostrophe; `'{…'` runs to the next apostrophe. */
const endOfQuote = (message: string, at: number): number =>
  message[at + 1] === "'" ? at + 2 : message.indexOf("'", at + 1) + 1 || message.length;

function readArgument(message: string, from: number, found: IcuArguments): number {
  const head = /^\{\s*(\w+)\s*(\}|,\s*(\w+)\s*(,?))/.exec(message.slice(from));
  if (!head?.[1]) throw new Error(`No argument at ${from} in: ${message}`);
  found.values.add(head[1]);
  let at = from + head[0].length;
  if (head[2] === '}') return at;
  const cases: string[] = [];
  while (at < message.length && message[at] !== '}') {
    if (message[at] === '{') {
      cases.push(/([\w=]+)\s*$/.exec(message.slice(from, at))?.[1] ?? '');
      at = readText(message, at + 1, found);
      if (message[at] !== '}') throw new Error(`Unclosed { in: ${message}`);
    }
    at += 1;
  }
  if (message[at] !== '}') throw new Error(`Unclosed { in: ${message}`);
  if (['plural', 'select', 'selectordinal'].includes(head[3] ?? '') && !cases.includes('other')) {
    throw new Error(`No "other" in: ${message}`);
  }
  return at + 1;
}
