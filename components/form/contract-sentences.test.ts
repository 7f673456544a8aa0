import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import en from '#messages/en.json' with { type: 'json' };
import { sentenceKeys } from './contract-sentences.ts';

const contract = join(import.meta.dirname, '../../server/contract');
/** Messages that the contract gives to zod's checks. */
const given = /\.(?:regex|refine|min|max)\([^;]*?,\s*'([A-Z][^']+)',?\s*\)/g;

const sentences = readdirSync(contract)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .flatMap((file) => [...readFileSync(join(contract, file), 'utf8').matchAll(given)].map((match) => match[1] ?? ''));

it('knows every sentence of the contract', () => {
  expect(sentences.length).toBeGreaterThan(10);
  expect(sentences.filter((sentence) => !sentenceKeys[sentence])).toEqual([]);
});

it('says in English what the contract says', () => {
  const told: Record<string, string> = en.form.sentence;
  for (const [sentence, key] of Object.entries(sentenceKeys))
    expect(told[key ?? '']).toBe(sentence.replace('{username}', "'{username}'")); // ICU quotes braces
});
