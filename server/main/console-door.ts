import { readdir, unlink } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import type { ConsoleLimits } from '#server/console/console-limits.ts';
import { ConsoleServer } from '#server/console/console-server.ts';
import type { ConsoleParts } from '#server/console/open-on-host.ts';
import { endLostConsoleSessions } from '#server/db/console-session-store.ts';
import { deleteConsoleWorker, putConsoleWorker } from '#server/db/console-worker-store.ts';
import { checkConsoleRights } from '#server/services/console/console-rights.ts';
import { workerGoneSeconds } from './console-address.ts';

const beatMs = 5_000;
/** sockaddr_un has 108 bytes on Linux, 104 elsewhere. */
const maxSocketPathBytes = 100;

export interface ConsoleDoor {
  server: ConsoleServer;
  close(): Promise<void>;
}

/**
 * Opens the worker's door for consoles, and says in the database where it is. By default that is a unix socket in the data directory,
 * which only Atoll's own user can enter; `listen` is `HOST:PORT` for webs on other machines.
 */
export async function openConsoleDoor(
  given: Omit<ConsoleParts, 'checkRights'> & {
    dataDir: string;
    listen: string | null;
    limits?: Partial<ConsoleLimits>;
  },
): Promise<ConsoleDoor> {
  const { db, log, dataDir, listen } = given;
  const parts = { db, log, driver: given.driver, checkRights: checkConsoleRights.bind(null, db) };
  const server = new ConsoleServer(parts, given.limits);
  await removeDeadSockets(dataDir);
  const address = await listenAt(server, dataDir, listen);
  const worker = { id: server.id, address };
  await putConsoleWorker(db, worker);
  let beat = Promise.resolve();
  const timer = setInterval(() => {
    beat = beat
      .then(() => putConsoleWorker(db, worker))
      .then(async () => void (await endLostConsoleSessions(db, { goneAfterSeconds: workerGoneSeconds })))
      .catch((error: unknown) => log.warn({ err: error }, 'the door for consoles could not be announced'));
  }, beatMs);
  return {
    server,
    async close() {
      clearInterval(timer);
      await beat;
      await deleteConsoleWorker(db, worker).catch((error: unknown) => log.warn({ err: error }, 'still announced'));
      await server.close();
    },
  };
}

async function listenAt(server: ConsoleServer, dataDir: string, listen: string | null): Promise<string> {
  const path = join(dataDir, `console-${server.id.slice(-8)}.sock`);
  if (listen === null && Buffer.byteLength(path) <= maxSocketPathBytes) {
    await server.listen({ path });
    return `unix:${path}`;
  }
  const { hostname: host, port } = new URL(`tcp://${listen ?? '127.0.0.1:0'}`);
  const opened = await server.listen({ host: host.replace(/^\[|\]$/g, ''), port: Number(port) });
  return `tcp:${host}:${(opened.address() as AddressInfo).port}`;
}

/** A worker that was killed could not take its socket away. */
async function removeDeadSockets(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!/^console-[0-9a-f]{8}\.sock$/.test(name)) continue;
    const path = join(dataDir, name);
    if (!(await answers(path))) await unlink(path).catch(() => undefined);
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
