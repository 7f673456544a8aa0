import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import type { Duplex } from 'node:stream';
import { consoleHeaders } from '#server/console/console-server.ts';
import { consolePath, consoleSubprotocol } from '#server/contract/console.ts';
import type { Db } from '#server/db/client.ts';
import type { Log } from '#server/platform/log.ts';
import { connectToWorker } from './console-address.ts';
import { originationOf } from './forwarded.ts';

/** WebSockets that one web process passes on, and of one address; behind a proxy that is not trusted all have one address. */
const maxOpen = 2_000;
const maxOpenOfAddress = 500;

interface Given {
  db: Db;
  origin: string;
  trustedProxies: BlockList;
  log: Log;
}

/**
 * The web's whole part in a console: it looks at where the connection comes from, and passes its bytes on to a worker and back. It reads
 * none of them, the ticket among them. What is not exactly a WebSocket for consoles is refused before anything is upgraded
 * (security.md 40, 45).
 */
export class ConsoleProxy {
  readonly #given: Given;
  readonly #open = new Map<Duplex, string>();

  constructor(given: Given) {
    this.#given = given;
  }

  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const { origin, trustedProxies, db } = this.#given;
    const { headers } = request;
    const from = originationOf(
      {
        remoteAddress: request.socket.remoteAddress,
        forwardedFor: headers['x-forwarded-for'],
        forwardedProto: headers['x-forwarded-proto'],
      },
      trustedProxies,
    );
    const isPlain = from.protocol === 'http' && origin.startsWith('https:');
    const refusal = isPlain ? 403 : refusalOf(request, origin);
    if (refusal !== null) return refuse(socket, refusal);
    const ofAddress = [...this.#open.values()].filter((address) => address === from.address).length;
    if (this.#open.size >= maxOpen || ofAddress >= maxOpenOfAddress) return refuse(socket, 503);
    this.#open.set(socket, from.address);
    socket.once('close', () => this.#open.delete(socket));
    const worker = await connectToWorker(db);
    if (!worker) return refuse(socket, 503);
    if (socket.destroyed) {
      worker.destroy();
      return;
    }
    // Nothing moves for as long as nobody types: the worker knows when that has been too long.
    request.socket.setTimeout(0);
    request.socket.setNoDelay(true);
    request.socket.setKeepAlive(true, 30_000);
    const lines = [
      'GET /console HTTP/1.1',
      'host: worker',
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      `sec-websocket-key: ${headers['sec-websocket-key']}`,
      `sec-websocket-protocol: ${consoleSubprotocol}`,
      `${consoleHeaders.address}: ${from.address.replace(/[^0-9A-Za-z.:%]/g, '')}`,
      `${consoleHeaders.origin}: ${headers.origin === undefined ? 'none' : 'own'}`,
    ];
    worker.write(`${lines.join('\r\n')}\r\n\r\n`);
    worker.write(head);
    // `pipe` asks each side for more only when the other has taken what there is.
    socket.pipe(worker);
    worker.pipe(socket);
    socket.once('close', () => worker.destroy());
    worker.once('close', () => socket.destroy());
  }

  /** Cuts everything that is open. */
  close(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}

function refusalOf(request: IncomingMessage, origin: string): number | null {
  const { url, method, headers } = request;
  if (url !== consolePath) return 404;
  if (method !== 'GET') return 405;
  // `null`, as of a sandboxed frame, is another origin too.
  if (headers.origin !== undefined && headers.origin !== origin) return 403;
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  const isWebSocket = headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-version'] === '13';
  const hasKey = /^[A-Za-z0-9+/]{22}==$/.test(headers['sec-websocket-key'] ?? '');
  return isWebSocket && hasKey && offered.includes(consoleSubprotocol) ? null : 400;
}

const words: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  503: 'Service Unavailable',
};

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${words[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
