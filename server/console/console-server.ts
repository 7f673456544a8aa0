import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { type ConsoleHello, consoleHelloSchema, consoleSubprotocol } from '#server/contract/console.ts';
import { type ConsoleTicketRow, redeemConsoleTicket, type TicketKind } from '#server/db/console-ticket-store.ts';
import { sha256 } from '#server/platform/hash.ts';
import { newId } from '#server/platform/id.ts';
import { type ConsoleLimits, defaultConsoleLimits, maxFrameBytes } from './console-limits.ts';
import { RightsWatch } from './console-rights.ts';
import { ConsoleSession, type Frame } from './console-session.ts';
import { refusedCode, tooManyCode } from './end-messages.ts';
import { LogResponse } from './log-response.ts';
import type { ConsoleParts } from './open-on-host.ts';
import { SessionRecord } from './session-record.ts';

/** Headers by which the web tells of the client whose connection it passes on. */
export const consoleHeaders = { address: 'x-atoll-client-address', origin: 'x-atoll-origin' } as const;

/** Proxies cut connections on which nothing moves, often after a minute. */
const beatMs = 25_000;

const consoleKindsOfTickets: readonly TicketKind[] = ['vnc', 'serial', 'exec', 'attach'];

/** Takes what the web passes on: WebSockets of consoles, and requests for logs. Each begins with a ticket. */
export class ConsoleServer {
  readonly id = newId();
  readonly #parts: ConsoleParts;
  readonly #limits: ConsoleLimits;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #rights: RightsWatch;
  readonly #sessions = new Set<ConsoleSession>();
  readonly #logs = new Set<LogResponse>();
  readonly #ending = new Set<Promise<void>>();
  readonly #beat: NodeJS.Timeout;

  constructor(parts: ConsoleParts, limits: Partial<ConsoleLimits> = {}) {
    this.#parts = parts;
    this.#limits = { ...defaultConsoleLimits, ...limits };
    const { rightsMs: everyMs, rightsUnknownMs: unknownMs } = this.#limits;
    this.#rights = new RightsWatch(parts.checkRights, { everyMs, unknownMs });
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(consoleSubprotocol) ? consoleSubprotocol : false),
    });
    this.#http = createServer((request, response) => this.#track(this.#answer(request, response)));
    this.#http.requestTimeout = 10_000;
    this.#http.timeout = 0;
    this.#beat = setInterval(() => {
      for (const socket of this.#sockets.clients) socket.ping();
    }, beatMs);
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Listens on a path, or on a port of an address. */
  async listen(at: { path: string } | { host: string; port: number }): Promise<Server> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(at, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
    return this.#http;
  }

  /** How many consoles are open. */
  get openConsoles(): number {
    return this.#sessions.size;
  }

  /** Ends everything that is open, with its record, and listens no more. */
  async close(): Promise<void> {
    this.#rights.stop();
    clearInterval(this.#beat);
    const closed = new Promise((resolve) => this.#http.close(resolve));
    for (const session of this.#sessions) session.end('failed', 'Atoll is being restarted. Open the console again.');
    for (const log of this.#logs) log.withdraw('failed');
    await Promise.all(this.#ending);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    await closed;
  }

  #track(work: Promise<void>): void {
    const ended = work
      .catch((error: unknown) => this.#parts.log.error({ err: error }, 'a console could not be served'))
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const isFull = this.#sockets.clients.size >= this.#limits.perWorker;
    if (request.url !== '/console' || isFull) {
      socket.end(`HTTP/1.1 ${isFull ? '503 Service Unavailable' : '404 Not Found'}\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      // Its loss is told by `close`.
      webSocket.on('error', () => undefined);
      this.#track(this.#serve(webSocket, clientOf(request)));
    });
  }

  async #serve(socket: WebSocket, client: Client): Promise<void> {
    const { hello, takeRest } = await firstFrame(socket, this.#limits.helloMs);
    const ticket = hello && (await this.#admit(hello.ticket, consoleKindsOfTickets, client));
    if (!hello || !ticket) return refuse(socket, 'ticket_refused', refusedCode);
    const record = new SessionRecord(this.#parts, ticket, client.address);
    if (!(await record.begin(this.id, this.#limits.perUser))) return refuse(socket, 'too_many', tooManyCode);
    const given = { parts: this.#parts, limits: this.#limits, socket, ticket, hello };
    const session = new ConsoleSession({ ...given, early: takeRest() });
    this.#sessions.add(session);
    this.#rights.add(session);
    // Whoever went away meanwhile is not heard of again.
    if (socket.readyState !== socket.OPEN) session.end('closed');
    else socket.resume();
    await session.run();
    this.#rights.delete(session);
    this.#sessions.delete(session);
    const { reason, bytesIn, bytesOut } = session;
    await record.end({ reason, bytesIn, bytesOut });
  }

  /** Uses a ticket up, and looks whether its right still holds. Null is one answer to everything: unknown, used, run out, foreign. */
  async #admit(token: string, kinds: readonly TicketKind[], client: Client): Promise<ConsoleTicketRow | null> {
    const ticket = await redeemConsoleTicket(this.#parts.db, { tokenHash: sha256(token), kinds });
    if (!ticket) return null;
    // A browser always says where a page is from; only programs, which have tokens, may say nothing (security.md 40).
    if (ticket.kind !== 'logs' && ticket.tokenId === null && !client.isOwnOrigin) return null;
    const [withdrawn] = await this.#parts.checkRights([ticket]);
    return withdrawn ? null : ticket;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = request.headers.authorization?.replace(/^Ticket /, '') ?? '';
    if (request.method !== 'POST' || request.url !== '/logs') return end(response, 404);
    const ticket = await this.#admit(token, ['logs'], clientOf(request));
    if (!ticket) return end(response, 403);
    const held = [...this.#logs].filter(({ grant }) => grant.userId === ticket.userId).length;
    if (held >= this.#limits.logsPerUser || this.#logs.size >= this.#limits.perWorker) return end(response, 429);
    const log = new LogResponse(this.#parts, ticket, response);
    this.#logs.add(log);
    this.#rights.add(log);
    try {
      await log.run();
    } finally {
      this.#rights.delete(log);
      this.#logs.delete(log);
    }
  }
}

interface Client {
  address: string;
  isOwnOrigin: boolean;
}

function clientOf({ headers }: IncomingMessage): Client {
  return {
    address: String(headers[consoleHeaders.address] ?? 'unknown').slice(0, 100),
    isOwnOrigin: headers[consoleHeaders.origin] === 'own',
  };
}

interface Begun {
  hello: ConsoleHello | null;
  /** Hands over what came behind the hello before anybody listened. */
  takeRest(): Frame[];
}

/**
 * The hello of a client; null when it sends something else, or nothing in time. What follows it is held back; what came in the same
 * packet is kept.
 */
async function firstFrame(socket: WebSocket, withinMs: number): Promise<Begun> {
  const frames: Frame[] = [];
  const first = Promise.withResolvers<void>();
  const keep = (data: RawData, isBinary: boolean): void => {
    socket.pause();
    frames.push({ data, isBinary });
    first.resolve();
  };
  socket.on('message', keep);
  socket.once('close', () => first.resolve());
  const timer = setTimeout(() => first.resolve(), withinMs);
  await first.promise;
  clearTimeout(timer);
  const hello = frames.shift();
  return {
    hello: hello && !hello.isBinary ? helloOf((hello.data as Buffer).toString('utf8')) : null,
    takeRest() {
      socket.off('message', keep);
      return frames;
    },
  };
}

function helloOf(text: string): ConsoleHello | null {
  try {
    return consoleHelloSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function refuse(socket: WebSocket, reason: 'ticket_refused' | 'too_many', code: number): void {
  const message =
    reason === 'too_many'
      ? 'You have too many consoles open: close some.'
      : 'This ticket is not good, or not any more. Ask for another one.';
  socket.resume();
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'end', reason, message }));
  socket.close(code);
  setTimeout(() => socket.terminate(), 2_000).unref();
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
