import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConsoleClient, type ConsoleWorld, startConsoleWorld } from '#server/testing/console-world.ts';

/* Slow readers and many consoles, in one process with web and worker: nothing grows but what was drawn. */

const within = { timeout: 60_000 };
const mebibyte = 1024 * 1024;
let world: ConsoleWorld;
let cookie: string;
beforeAll(async () => {
  world = await startConsoleWorld({ perUser: 101 });
  cookie = await world.web.sessionOf(world.ownerId);
});
afterAll(() => world.stop());

async function open(hello: object = {}): Promise<ConsoleClient> {
  const ticket = await world.ticket({ cookie }, { kind: 'exec', command: ['sh'] }, world.container.id);
  const client = new ConsoleClient(world.web, { ticket, ...hello });
  await expect.poll(() => client.last?.type, within).toBe('open');
  return client;
}
const newest = () => world.containers.consoles.get(world.container.id)?.at(-1);

test('a reader that stops reading stops the guest; when it goes on, it gets every byte', async () => {
  const client = await open();
  const guest = newest();
  client.type('flood 134217728\n');
  await expect.poll(() => client.bytes, within).toBeGreaterThan(mebibyte);
  client.socket.pause();
  // Held back once every buffer on the way is full: it prints no more, however long one looks.
  let before = -1;
  await expect
    .poll(
      () => {
        const still = guest?.printedBytes === before;
        before = guest?.printedBytes ?? 0;
        return still;
      },
      { ...within, interval: 500 },
    )
    .toBe(true);
  expect(before - client.bytes).toBeLessThan(32 * mebibyte);
  client.socket.resume();
  await expect.poll(() => client.bytes, within).toBe(134_217_728 + 'flood 134217728\n'.length);
  client.socket.terminate();
});

test('a reader with a window gets no more than it has acknowledged', async () => {
  const client = await open({ window: 65_536 });
  client.type('flood 1000000\n');
  await expect.poll(() => client.bytes, within).toBeGreaterThan(32_768);
  await expect.poll(() => newest()?.printedBytes, within).toBeLessThan(400_000);
  expect(client.bytes).toBeLessThanOrEqual(65_536);
  client.say({ type: 'ack', bytes: 2 ** 30 });
  await expect.poll(() => client.bytes, within).toBeGreaterThan(65_536);
  client.socket.terminate();
});

test('a hundred consoles are open at once, and one more than allowed is refused', async () => {
  await expect.poll(() => world.door.server.openConsoles, within).toBe(0);
  const clients: ConsoleClient[] = [];
  for (let count = 0; count < 101; count += 1) clients.push(await open());
  for (const [at, client] of clients.entries()) client.type(`number ${at}`);
  await expect.poll(() => clients.every((client, at) => client.text === `number ${at}`), within).toBe(true);
  const ticket = await world.ticket({ cookie }, { kind: 'attach' }, world.container.id);
  const last = new ConsoleClient(world.web, { ticket });
  await expect.poll(() => last.last, within).toMatchObject({ type: 'end', reason: 'too_many' });
  for (const client of clients) client.socket.terminate();
  await expect.poll(() => world.door.server.openConsoles, within).toBe(0);
});
