import { Duplex } from 'node:stream';
import { dockerPath } from '#server/transport/docker-http/docker-path.ts';
import { type ConsoleOutcome, type ConsoleTarget, DriverError, type HostConsole, type InstanceRef } from '../driver.ts';
import { execCreatedSchema, execSchema } from './answers.ts';
import { demultiplex, type OutputPiece } from './demultiplex.ts';
import { Call, type DockerEngine } from './docker-engine.ts';
import { requireContainer } from './find-container.ts';

/** The first shell that the container has. Constant: nothing of a user stands in it. */
const firstShell = [
  '/bin/sh',
  '-c',
  'for s in bash ash sh; do command -v "$s" >/dev/null 2>&1 && exec "$s"; done; exec /bin/sh',
];

/** How long Docker may take to tell a size or an exit code. */
const askMs = 10_000;

/** Opens a terminal in a running container. Throws DriverError as {@link Driver.openConsole} says. */
export async function openContainerConsole(
  engine: DockerEngine,
  call: Call,
  ref: InstanceRef,
  target: ConsoleTarget,
): Promise<HostConsole> {
  const container = await requireContainer(engine, call, ref);
  if (container.State.Status !== 'running')
    throw new DriverError('state_conflict', 'The container does not run.', { outcome: 'not_done' });
  if (target.kind === 'exec') return openExec(engine, call, container.Id, target);
  if (target.kind !== 'attach')
    throw new DriverError('state_conflict', 'A container has the consoles exec and attach.', { outcome: 'not_done' });

  const path = dockerPath`/containers/${container.Id}/attach`;
  const tty = container.Config.Tty === true;
  // What it wrote before is in its log; a terminal that joins begins with what comes now.
  const socket = await engine.hijack(call, path, { query: { stream: '1', stdin: '1', stdout: '1', stderr: '1' } });
  return {
    stream: tty ? quiet(socket) : new DemultiplexedSocket(socket),
    resize: tty ? resizer(engine, dockerPath`/containers/${container.Id}/resize`) : null,
    outcome: () => attachOutcome(engine, ref),
  };
}

async function openExec(
  engine: DockerEngine,
  call: Call,
  containerId: string,
  target: ConsoleTarget & { kind: 'exec' },
): Promise<HostConsole> {
  const { command, user, workingDir, tty, columns, rows } = target;
  const body = {
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: tty,
    Cmd: command ?? firstShell,
    ...(user !== null && { User: user }),
    ...(workingDir !== null && { WorkingDir: workingDir }),
    ...(tty && { Env: ['TERM=xterm-256color'] }),
  };
  const created = await engine.post(call, dockerPath`/containers/${containerId}/exec`, { body });
  const { Id: id } = execCreatedSchema.parse(created);
  const socket = await engine.hijack(call, dockerPath`/exec/${id}/start`, { body: { Detach: false, Tty: tty } });
  const resize = tty ? resizer(engine, dockerPath`/exec/${id}/resize`) : null;
  await resize?.(columns, rows);
  const stream = tty ? quiet(socket) : new DemultiplexedSocket(socket);
  return { stream, resize, outcome: () => execOutcome(engine, id) };
}

const ask = (): Call => new Call({ signal: new AbortController().signal, timeoutMs: askMs });

function resizer(engine: DockerEngine, path: ReturnType<typeof dockerPath>) {
  return async (columns: number, rows: number): Promise<void> => {
    // A process that has ended meanwhile has no size: its end is told by the stream.
    await engine.post(ask(), path, { query: { h: rows, w: columns } }).catch(() => undefined);
  };
}

/** Docker keeps the exit code of an exec for a while after its end, and closes the stream a moment before it is known. */
async function execOutcome(engine: DockerEngine, id: string): Promise<ConsoleOutcome> {
  const call = ask();
  try {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const exec = await engine.find(call, execSchema, dockerPath`/exec/${id}/json`);
      if (!exec) return { end: 'lost' };
      if (!exec.Running) return { end: 'exited', exitCode: exec.ExitCode ?? null };
      await call.pause(100);
    }
    return { end: 'lost' };
  } catch (error) {
    if (error instanceof DriverError) return { end: 'lost' };
    throw error;
  }
}

async function attachOutcome(engine: DockerEngine, ref: InstanceRef): Promise<ConsoleOutcome> {
  try {
    const { State: state } = await requireContainer(engine, ask(), ref);
    return state.Status === 'exited' ? { end: 'exited', exitCode: state.ExitCode } : { end: 'lost' };
  } catch (error) {
    if (error instanceof DriverError) return { end: 'lost' };
    throw error;
  }
}

function quiet(socket: Duplex): Duplex {
  // Its loss is told by `close`.
  return socket.on('error', () => undefined);
}

/** Without a terminal Docker marks what went to stdout and to stderr: here both are what the process says. */
class DemultiplexedSocket extends Duplex {
  readonly #socket: Duplex;
  readonly #output: AsyncGenerator<OutputPiece>;
  #isReading = false;

  constructor(socket: Duplex) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#output = demultiplex(socket);
    socket.on('error', (error) => this.destroy(error));
    this.on('error', () => undefined);
  }

  override _read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#output.next().then(
      ({ done, value }) => {
        this.#isReading = false;
        this.push(done ? null : value.bytes);
      },
      (error: Error) => this.destroy(error),
    );
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  /** The process hears that nothing more comes, and may still speak. */
  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
