import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import en from '#messages/en.json' with { type: 'json' };
import { matchSentence } from './match-sentence.ts';
import { serverSentences } from './server-sentences.ts';

const server = join(import.meta.dirname, '../../server');
const sources = readdirSync(server, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('generated'))
  .map((file) => readFileSync(join(server, file), 'utf8'))
  .join('\n');

/** What the server's sources spell out: the text between the places, some of which (units, plurals) come from expressions. */
const spelled = (template: string): string[] =>
  template
    .split(/\{\w+\}|[():]|GiB|hosts?\b/)
    .map((part) => part.trim())
    .filter((part) => part.length >= 4);

it.each(Object.entries(serverSentences))('%s is what the server says', (_key, template) => {
  expect(spelled(template).filter((part) => !sources.includes(part))).toEqual([]);
});

it('says in English what the server says', () => {
  expect(en.said).toEqual(serverSentences);
});

it.each([
  ['It is not running.', 'notRunning', {}],
  ['There is an instance named web-1 already.', 'instanceExists', { name: 'web-1' }],
  ['exit 137 (out of memory)', 'exitMemory', { code: '137' }],
  ['exit 3', 'exit', { code: '3' }],
  [
    'Missing: 3 vCPUs (1 of 4 free), 512 MiB of memory (512 of 1024 free).',
    'missing',
    { items: '3 vCPUs (1 of 4 free), 512 MiB of memory (512 of 1024 free)' },
  ],
  ['3 vCPUs (1 of 4 free)', 'missingCpus', { missing: '3', free: '1', needed: '4' }],
  ['vcpus: 8 of 8 are used, 2 more are asked for', 'quotaOf', { resource: 'vcpus', used: '8', limit: '8', asked: '2' }],
])('knows %j', (text, key, values) => {
  expect(matchSentence(text)).toEqual({ key, values });
});

it('leaves what it does not know', () => {
  expect(matchSentence('manifest for nobody/has-this:1 not found')).toBeNull();
});
