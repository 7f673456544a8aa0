import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { parseProtocol } from './generate-libvirt-protocol.ts';

it('finds the committed protocol.gen.ts up to date', () => {
  const script = new URL('generate-libvirt-protocol.ts', import.meta.url).pathname;
  execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
});

it('reads a call with everything that a call may have', () => {
  const text =
    'program remote 0x20008086\nstruct Thing (name:string)\ncall remote 7 get (things:Thing[]) -> (xml:string?) read download';
  expect(parseProtocol(text).calls).toEqual([
    {
      program: 'remote',
      number: 7,
      name: 'get',
      fields: [{ name: 'things', type: 'Thing[]' }],
      result: [{ name: 'xml', type: 'string?' }],
      readOnly: true,
      stream: 'download',
    },
  ]);
});

it.each([
  ['a line it does not know', 'nonsense', /protocol.txt:1/],
  ['a stream that goes nowhere', 'call remote 1 x () sideways', /protocol.txt:1/],
  ['a type that nobody defined', 'struct A (b:Missing)', /unknown type Missing/],
  ['a field without a type', 'struct A (b)', /cannot read field "b"/],
])('refuses %s', (_name, text, message) => {
  expect(() => parseProtocol(text)).toThrow(message);
});
