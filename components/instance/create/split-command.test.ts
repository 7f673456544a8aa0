import { expect, it } from 'vitest';
import { splitCommand } from './split-command.ts';

it.each<[string, string[]]>([
  ['', []],
  ['redis-server --save ""', ['redis-server', '--save', '']],
  ['sh -c \'echo "a b"\'', ['sh', '-c', 'echo "a b"']],
  ['a\\ b "c \\" d" e\\\\', ['a b', 'c " d', 'e\\']],
  ['"a\\n"', ['a\\n']],
  ['  one\ttwo\nthree ', ['one', 'two', 'three']],
  ["it's open", ['its open']],
])('%j', (line, words) => {
  expect(splitCommand(line)).toEqual(words);
});
