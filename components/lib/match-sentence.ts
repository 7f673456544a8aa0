import { type SaidKey, serverSentences } from './server-sentences.ts';

interface Pattern {
  key: SaidKey;
  regex: RegExp;
  names: string[];
}

export interface MatchedSentence {
  key: SaidKey;
  /** What stands in the places in braces. */
  values: Record<string, string>;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

function patternOf(key: SaidKey, template: string): Pattern {
  const parts = template.split(/\{(\w+)\}/);
  const source = parts.map((part, index) => (index % 2 === 0 ? escaped(part) : '(.+?)')).join('');
  return { key, regex: new RegExp(`^${source}$`, 's'), names: parts.filter((_, index) => index % 2 === 1) };
}

/** Letters outside of braces: of two that fit, the one with more of them says more. */
const weight = (template: string): number => template.replaceAll(/\{\w+\}/g, '').length;

const patterns: Pattern[] = (Object.entries(serverSentences) as [SaidKey, string][])
  .toSorted(([, a], [, b]) => weight(b) - weight(a))
  .map(([key, template]) => patternOf(key, template));

/** Which of {@link serverSentences} a text is; null when it is none of them. */
export function matchSentence(text: string): MatchedSentence | null {
  for (const { key, regex, names } of patterns) {
    const found = regex.exec(text);
    if (found) return { key, values: Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ''])) };
  }
  return null;
}
