import { expect, it } from 'vitest';
import { AtollError } from '#server/contract/errors.ts';
import { createLog } from './log.ts';
import { secret } from './secret.ts';

function record(): { log: ReturnType<typeof createLog>; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: createLog({ process: 'test', destination: { write: (line) => lines.push(line) } }) };
}

it('writes one JSON line per entry, whatever the text holds', () => {
  const { log, lines } = record();
  log.info({ name: 'a\r\n{"level":"error"}\u001b[31m' }, 'line one\nline two');
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd().includes('\n')).toBe(false);
  expect(lines[0]).not.toContain('\u001b');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', process: 'test', msg: 'line one\nline two' });
});

it('masks secrets by their type, at any depth and in errors', () => {
  const { log, lines } = record();
  const password = secret('hunter2-sentinel');
  const cause = new Error(`tried ${password}`);
  log.error(
    { password, deep: { list: [password] }, err: new AtollError('internal', undefined, { cause }) },
    `with ${password}`,
  );
  expect(lines.join()).not.toContain('hunter2');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ password: '***', deep: { list: ['***'] } });
});

it('writes the code, the detail and the causes of an error, and no other members of it', () => {
  const { log, lines } = record();
  const cause = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH', config: { key: 'not for logs' } });
  log.warn({ err: new AtollError('host_unreachable', undefined, { detail: 'host 7', cause }) });
  const entry = JSON.parse(lines[0] ?? '');
  expect(entry.err).toMatchObject({ code: 'host_unreachable', detail: 'host 7', cause: { code: 'EHOSTUNREACH' } });
  expect(lines[0]).not.toContain('not for logs');
});
