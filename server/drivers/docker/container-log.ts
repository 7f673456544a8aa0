import type { Readable } from 'node:stream';
import { dockerPath } from '#server/transport/docker-http/docker-path.ts';
import { TransportError } from '#server/transport/transport-error.ts';
import type { InstanceRef, LogLine, LogWanted } from '../driver.ts';
import { LineSplitter } from '../line-splitter.ts';
import { demultiplex, type OutputPiece } from './demultiplex.ts';
import type { Call, DockerEngine } from './docker-engine.ts';
import { dockerFailure } from './docker-failure.ts';
import { requireContainer } from './find-container.ts';

/** Docker's own time before each line (RFC 3339 with nanoseconds). */
const timed = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z) /;

/** The log of a container, running or not. Docker is asked for more only as lines are taken. */
export async function openContainerLog(
  engine: DockerEngine,
  call: Call,
  ref: InstanceRef,
  { follow, since, until, tail }: LogWanted,
  stop: AbortSignal,
): Promise<AsyncIterable<LogLine>> {
  const container = await requireContainer(engine, call, ref);
  const query = {
    stdout: true,
    stderr: true,
    timestamps: true,
    follow,
    since: since === null ? undefined : secondsOf(since),
    until: until === null ? undefined : secondsOf(until),
    tail: tail ?? 'all',
  };
  const path = dockerPath`/containers/${container.Id}/logs`;
  const answer = await engine.bytes(call, path, query, stop);
  const pieces = container.Config.Tty ? asStdout(answer) : demultiplex(answer);
  return linesOf(pieces, answer, stop);
}

const secondsOf = (date: Date): string => (date.getTime() / 1000).toFixed(3);

async function* asStdout(source: AsyncIterable<Buffer>): AsyncGenerator<OutputPiece> {
  for await (const bytes of source) yield { stream: 'stdout', bytes };
}

async function* linesOf(
  pieces: AsyncIterable<OutputPiece>,
  answer: Readable,
  stop: AbortSignal,
): AsyncGenerator<LogLine> {
  const splitters = { stdout: new LineSplitter(), stderr: new LineSplitter() };
  const last: Record<'stdout' | 'stderr', string | null> = { stdout: null, stderr: null };
  const lineOf = (stream: 'stdout' | 'stderr', raw: string): LogLine => {
    const found = timed.exec(raw);
    // The second half of a line that was too long has no time of its own.
    if (found?.[1]) last[stream] = found[1];
    return { stream, time: last[stream], text: found ? raw.slice(found[0].length) : raw };
  };
  try {
    for await (const { stream, bytes } of pieces)
      for (const raw of splitters[stream].push(bytes)) yield lineOf(stream, raw);
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = splitters[stream].end();
      if (rest !== null) yield lineOf(stream, rest);
    }
  } catch (error) {
    if (stop.aborted) return;
    const cause = error as Error;
    throw dockerFailure(
      'GET logs',
      error instanceof TransportError ? error : new TransportError('lost', cause.message, { cause }),
    );
  } finally {
    answer.destroy();
  }
}
