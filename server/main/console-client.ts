import { randomUUID } from 'node:crypto';
import { type RawData, WebSocket } from 'ws';
import type { ConsoleControl } from '#server/contract/console.ts';
import { UsageError } from './usage-error.ts';

export interface TerminalWanted {
  origin: string;
  token: string;
  /** Name or id of the instance. */
  name: string;
  /** Slug or id; null looks through every project that the token reaches. */
  project: string | null;
  /** Whether Ctrl-] leaves: where what is typed cannot end the other side. */
  escapes: boolean;
  /** What to ask for of an instance of this kind. */
  bodyOf(kind: 'vm' | 'container'): object;
}

interface Found {
  id: string;
  name: string;
  projectId: string;
  kind: 'vm' | 'container';
}

/** Ctrl-], as telnet and virsh have it. */
const escapeByte = 0x1d;
const windowBytes = 256 * 1024;

/**
 * Joins this terminal with a console of the running Atoll until either ends: raw mode, size and its changes, exit code. Answers the code to
 * exit with. Throws UsageError for what is not there, Error with the words of Atoll.
 */
export async function openTerminal(wanted: TerminalWanted): Promise<number> {
  const found = await findInstance(wanted);
  const path = `/projects/${found.projectId}/instances/${found.id}/console`;
  const body = wanted.bodyOf(found.kind);
  const asked = await call<{ ticket: string; url: string; subprotocol: string }>(wanted, path, body);
  // Atoll names its public address; from here it may be reached by another.
  const url = new URL(new URL(asked.url).pathname, wanted.origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, [asked.subprotocol]);
  const terminal = new Terminal(socket, wanted.escapes);
  return terminal.run(asked.ticket);
}

/** One terminal and one WebSocket. */
class Terminal {
  readonly #socket: WebSocket;
  readonly #escapes: boolean;
  #exitCode: number | null = null;
  #leaving = false;

  constructor(socket: WebSocket, escapes: boolean) {
    this.#socket = socket;
    this.#escapes = escapes;
  }

  async run(ticket: string): Promise<number> {
    const socket = this.#socket;
    const { stdin, stdout } = process;
    const ended = Promise.withResolvers<void>();
    let failure: string | null = null;
    socket.on('error', (error) => {
      failure ??= error.message;
    });
    socket.once('close', () => ended.resolve());
    socket.once('open', () => socket.send(JSON.stringify({ ticket, window: windowBytes, ...size() })));
    socket.on('message', (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      // Acknowledged when this terminal has taken it: one that is stopped holds the other side back.
      if (isBinary) stdout.write(bytes, () => this.#say({ type: 'ack', bytes: bytes.length }));
      else failure = this.#hear(JSON.parse(bytes.toString('utf8')) as ConsoleControl) ?? failure;
    });
    const onResize = () => stdout.isTTY && this.#say({ type: 'resize', ...size() });
    const onData = (bytes: Buffer) => this.#type(bytes);
    const onEnd = () => this.#say({ type: 'eof' });
    const wasRaw = stdin.isRaw === true;
    if (stdin.isTTY) stdin.setRawMode(true);
    stdout.on('resize', onResize);
    stdin.on('data', onData).once('end', onEnd);
    try {
      await ended.promise;
    } finally {
      if (stdin.isTTY) stdin.setRawMode(wasRaw);
      stdout.off('resize', onResize);
      stdin.off('data', onData).off('end', onEnd).pause();
    }
    if (this.#exitCode !== null) return this.#exitCode;
    if (this.#leaving || failure === null) return 0;
    throw new Error(failure);
  }

  /** What went wrong, where something did. */
  #hear(control: ConsoleControl): string | null {
    if (control.type === 'open' && control.reopened) process.stderr.write('\r\n[open again]\r\n');
    if (control.type === 'waiting') process.stderr.write(`\r\n[${control.message} Waiting.]\r\n`);
    if (control.type === 'exit') this.#exitCode = control.code ?? 1;
    return control.type === 'end' && control.reason !== 'exited' && control.reason !== 'closed'
      ? control.message
      : null;
  }

  #type(bytes: Buffer): void {
    const { stdin } = process;
    const at = this.#escapes && stdin.isTTY ? bytes.indexOf(escapeByte) : -1;
    if (at >= 0) {
      this.#leaving = true;
      this.#socket.close();
      return;
    }
    if (this.#socket.readyState > this.#socket.OPEN) return;
    stdin.pause();
    const send = () => this.#socket.send(bytes, { binary: true }, () => stdin.resume());
    if (this.#socket.readyState === this.#socket.OPEN) send();
    else this.#socket.once('open', send);
  }

  #say(request: object): void {
    const socket = this.#socket;
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(request), () => undefined);
    else if (socket.readyState === socket.CONNECTING) socket.once('open', () => socket.send(JSON.stringify(request)));
  }
}

function size(): { columns?: number; rows?: number } {
  const { columns, rows, isTTY } = process.stdout;
  return isTTY && columns >= 2 && rows >= 2 ? { columns: Math.min(columns, 1000), rows: Math.min(rows, 500) } : {};
}

async function findInstance(wanted: TerminalWanted): Promise<Found> {
  const { name, project } = wanted;
  const projects =
    project === null
      ? (await call<{ items: { id: string }[] }>(wanted, '/projects?limit=200')).items.map(({ id }) => id)
      : [project];
  const query = new URLSearchParams({ search: name, limit: '200' });
  const lists = await Promise.all(
    projects.map((id) => call<{ items: Found[] }>(wanted, `/projects/${encodeURIComponent(id)}/instances?${query}`)),
  );
  const found = lists.flatMap(({ items }) => items).filter((each) => each.name === name || each.id === name);
  const [only] = found;
  if (!only) throw new UsageError(`There is no instance called ${name} that this token reaches.`);
  if (found.length > 1)
    throw new UsageError(`${found.length} projects have an instance called ${name}: add --project.`);
  return only;
}

/** A call of the REST API; with a body it is a POST. Throws Error with the words of its refusal. */
async function call<T>({ origin, token }: TerminalWanted, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${origin}/api/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
    },
    body: body && JSON.stringify(body),
  });
  const said = (await answer.json()) as T & { title?: string; detail?: string };
  if (!answer.ok) throw new Error(said.detail || said.title || `Atoll answered ${answer.status}.`);
  return said;
}
