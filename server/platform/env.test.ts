import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { readWebEnv, readWorkerEnv } from './env.ts';

const random = () => randomBytes(32).toString('base64url');
const urlOf = (password: string) => `postgresql://atoll_web:${password}@localhost/atoll`;
const web = () => ({
  ATOLL_DATA_DIR: '/data',
  ATOLL_WEB_DATABASE_URL: urlOf(random()),
  ATOLL_ORIGIN: 'http://localhost:3000',
  ATOLL_CURSOR_KEY: random(),
  ATOLL_WEB_KEY: random(),
});
const worker = () => ({
  ATOLL_DATA_DIR: '/data',
  ATOLL_WORKER_DATABASE_URL: urlOf(random()),
  ATOLL_SEALING_KEY: random(),
});

it('reads what each process needs, with secrets that do not print', () => {
  const given = web();
  const env = readWebEnv(given);
  expect(env).toMatchObject({ ATOLL_PORT: 3000, ATOLL_LISTEN: '127.0.0.1', NODE_ENV: 'production' });
  expect(env.ATOLL_CURSOR_KEY.reveal()).toBe(given.ATOLL_CURSOR_KEY);
  expect(inspect(env)).not.toContain(given.ATOLL_CURSOR_KEY);
  expect(readWorkerEnv(worker()).ATOLL_DATABASE_POOL).toBe(10);
});

it.each(['ATOLL_SEALING_KEY', 'ATOLL_WORKER_DATABASE_URL', 'ATOLL_OWNER_DATABASE_URL', 'DATABASE_URL'])(
  'refuses to start a web process that holds %s',
  (name) =>
    expect(() => readWebEnv({ ...web(), [name]: random() })).toThrow(`${name}: the web process must not hold this`),
);

it('names everything that is missing or wrong, and no value', () => {
  const given = {
    ...worker(),
    ATOLL_SEALING_KEY: 'short-but-secret',
    ATOLL_DATABASE_POOL: '0',
    ATOLL_DATA_DIR: undefined,
  };
  const call = () => readWorkerEnv(given);
  expect(call).toThrow(/ATOLL_DATA_DIR.*\n.*ATOLL_DATABASE_POOL.*\n.*ATOLL_SEALING_KEY/);
  expect(call).not.toThrow('short-but-secret');
});

it.each(['A'.repeat(43), `change-me${'x1'.repeat(17)}`])('refuses the key %s in production only', (key) => {
  expect(() => readWebEnv({ ...web(), ATOLL_CURSOR_KEY: key })).toThrow('ATOLL_CURSOR_KEY: a default');
  expect(readWebEnv({ ...web(), ATOLL_CURSOR_KEY: key, NODE_ENV: 'test' }).ATOLL_CURSOR_KEY.reveal()).toBe(key);
});

it.each(['', 'atoll', 'postgres', 'password1234567890abc'])(
  'refuses the database password "%s" in production',
  (password) => {
    expect(() => readWebEnv({ ...web(), ATOLL_WEB_DATABASE_URL: urlOf(password) })).toThrow(
      'ATOLL_WEB_DATABASE_URL: a default',
    );
  },
);
