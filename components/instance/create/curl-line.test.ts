import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { curlLine } from './curl-line.ts';

it('hands the body to curl as it is, whatever is in it, when a shell runs the line', () => {
  const body = { name: "it's", userData: '$(reboot) `id` "x" \\ \n!' };
  const line = curlLine('https://atoll.example', '/projects/blue/instances', body);
  const script = `uuidgen() { echo 1; }; curl() { for each; do last=$each; done; printf %s "$last"; }; ${line}`;
  expect(JSON.parse(execFileSync('sh', ['-c', script], { encoding: 'utf8' }))).toEqual(body);
});
