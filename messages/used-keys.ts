/** One use of a text in the code. */
export interface UsedKey {
  /** Matches the full keys that the use may mean: one for a literal, several for a template. */
  pattern: RegExp;
  /** As written, for messages of the test. */
  source: string;
  /** Whether the key is written out, so that it must exist. */
  literal: boolean;
  /** Names that are passed; null where they cannot be read from the code (none, for `has` and whole subtrees). */
  values: Set<string> | null;
}

const binding =
  /const (\w+) = (?:await )?(?:useTranslations|getTranslations)\((?:'([^']*)')?\);|\b(\w+): FormTranslator\b|(?:\(await getTranslations|\buseTranslations)\((?:'([^']*)')?\)\)?\(/g;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * The texts that a file uses, found in its source: what `useTranslations` and `getTranslations` bind, from there to the
 * next binding of that name, and `useMessages().a.b`, which means all below it.
 */
export function usedKeys(source: string): UsedKey[] {
  const uses: UsedKey[] = [];
  const bound = [...source.matchAll(binding)];
  for (const [index, match] of bound.entries()) {
    const name = match[1] ?? match[3];
    const namespace = match[3] ? 'form' : (match[2] ?? match[4] ?? '');
    const start = match.index + match[0].length;
    if (!name) {
      uses.push(...readCall(source, start, namespace));
      continue;
    }
    const next = bound.slice(index + 1).find((other) => (other[1] ?? other[3]) === name);
    const until = next?.index ?? source.length;
    const calls = new RegExp(`(?<![\\w.])${name}(\\.rich|\\.has)?\\(`, 'g');
    calls.lastIndex = start;
    for (let call = calls.exec(source); call && call.index < until; call = calls.exec(source)) {
      uses.push(...readCall(source, call.index + call[0].length, namespace, call[1] === '.has'));
    }
  }
  for (const [whole, path = ''] of source.matchAll(/useMessages\(\)\.([\w.]+)/g)) {
    uses.push({ pattern: new RegExp(`^${escaped(path)}\\.`), source: whole, literal: false, values: null });
  }
  return uses;
}

function readCall(source: string, from: number, namespace: string, asks = false): UsedKey[] {
  const [key = '', values] = splitArguments(source, from);
  const names = asks ? null : values === undefined ? new Set<string>() : namesOf(values);
  const prefix = namespace ? `${namespace}.` : '';
  const literals = [...key.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '');
  if (key.startsWith('`'))
    return [{ pattern: templatePattern(prefix, key), source: key, literal: false, values: names }];
  const chosen = key.startsWith("'") ? literals.slice(0, 1) : key.includes('?') ? literals : [];
  if (chosen.length > 0) {
    return chosen.map((text) => {
      const full = prefix + text;
      return { pattern: new RegExp(`^${escaped(full)}$`), source: full, literal: true, values: names };
    });
  }
  // A variable: any key directly in the namespace.
  const pattern = new RegExp(`^${escaped(prefix)}[^.]+$`);
  return [{ pattern, source: `${prefix}{${key}}`, literal: false, values: null }];
}

function templatePattern(prefix: string, template: string): RegExp {
  const parts = template.slice(1, -1).split(/\$\{[^}]*\}/);
  return new RegExp(`^${escaped(prefix)}${parts.map(escaped).join('.+')}$`);
}

/** The arguments of a call as written, split at commas that stand in no bracket and no string. */
function splitArguments(source: string, from: number): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = from;
  for (let at = from; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (quote) {
      if (char === '\\') at += 1;
      else if (char === quote) quote = '';
    } else if (char === "'" || char === '`' || char === '"') quote = char;
    else if ('([{'.includes(char)) depth += 1;
    else if (char === ',' && depth === 0) {
      parts.push(source.slice(start, at).trim());
      start = at + 1;
    } else if (')]}'.includes(char)) {
      if (depth === 0) return [...parts, source.slice(start, at).trim()].filter((part) => part !== '');
      depth -= 1;
    }
  }
  return parts;
}

/** Names in an object literal; null when it is a variable or spreads one. */
function namesOf(text: string): Set<string> | null {
  if (!text.startsWith('{') || text.includes('...')) return null;
  const names = splitArguments(`${text.slice(1, -1)})`, 0).map((part) => /^\w+/.exec(part)?.[0] ?? '');
  return new Set(names.filter((name) => name !== ''));
}
