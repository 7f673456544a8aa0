import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { secret } from './secret.ts';

const sentinel = 'hunter2-sentinel';

it('shows its value to nobody but reveal', () => {
  const value = secret(sentinel);
  const error = new Error(`failed with ${value}`, { cause: value });
  const shown = [
    `${value}`,
    String(value),
    'with ' + value,
    JSON.stringify({ value, list: [value] }),
    inspect(value),
    inspect({ deep: { value } }, { showHidden: true, depth: 9 }),
    inspect(error),
    JSON.stringify(Object.entries(value)),
  ];
  for (const text of shown) expect(text).not.toContain(sentinel);
  expect(shown[3]).toBe('{"value":"***","list":["***"]}');
  expect(value.reveal()).toBe(sentinel);
});
