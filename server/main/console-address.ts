import { connect, type Socket } from 'node:net';
import type { Db } from '#server/db/client.ts';
import { listConsoleWorkers } from '#server/db/console-worker-store.ts';

/** A worker that has not been seen for so long is gone; it says every five seconds that it is there. */
export const workerGoneSeconds = 20;
const connectMs = 3_000;

/** A connection to a worker that carries consoles, on this machine or another; null when none answers. */
export async function connectToWorker(db: Db): Promise<Socket | null> {
  for (const address of await listConsoleWorkers(db, { seenWithinSeconds: workerGoneSeconds })) {
    const socket = await connectTo(address);
    if (socket) return socket;
  }
  return null;
}

function connectTo(address: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(targetOf(address));
    const give = (found: Socket | null) => {
      clearTimeout(timer);
      if (!found) socket.destroy();
      resolve(found);
    };
    const timer = setTimeout(() => give(null), connectMs);
    socket.on('error', () => give(null));
    socket.once('connect', () => give(socket));
  });
}

function targetOf(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) };
  const { hostname, port } = new URL(`tcp://${address.slice('tcp:'.length)}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}
