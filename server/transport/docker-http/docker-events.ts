import { setTimeout as sleep } from 'node:timers/promises';
import { TransportError } from '../transport-error.ts';
import type { DockerClient } from './docker-client.ts';
import { DockerError } from './docker-error.ts';
import { dockerPath } from './docker-path.ts';

export interface DockerEvent {
  type: string;
  action: string;
  actorId: string;
  attributes: Record<string, string>;
  timeNano: bigint;
}

/** `connected`: from now on nothing is missed, but before it much may have been: list again. */
export type DockerEventMessage =
  | { type: 'connected'; first: boolean }
  | { type: 'event'; event: DockerEvent }
  | { type: 'lost'; error: TransportError | DockerError };

interface WatchOptions {
  filters: Record<string, string[]>;
  signal: AbortSignal;
  /** First and longest pause before the next attempt; default 0.2 s and 30 s. */
  minPauseMs?: number;
  maxPauseMs?: number;
  /** How often a silent daemon is asked whether it lives, and how long it may take; default 10 s and 5 s. */
  pingEveryMs?: number;
  pingTimeoutMs?: number;
}

/**
 * Reads a daemon's events until the signal fires, reconnecting with growing pauses. After a loss it resumes at the last
 * event seen; the daemon remembers 256 events and none over its own restart, so `connected` always comes first.
 * It ends quietly with the signal, and never throws for a daemon's sake.
 */
export async function* watchDockerEvents(
  client: DockerClient,
  options: WatchOptions,
): AsyncGenerator<DockerEventMessage> {
  const { signal, minPauseMs = 200, maxPauseMs = 30_000 } = options;
  const seen = new SeenEvents();
  let failures = 0;
  let first = true;
  while (!signal.aborted) {
    try {
      for await (const message of readOnce(client, options, seen, first)) {
        yield message;
        failures = 0;
        first = false;
      }
      throw new TransportError('lost', 'Docker ended its stream of events');
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof TransportError || error instanceof DockerError)) throw error;
      yield { type: 'lost', error };
    }
    const pause = Math.min(maxPauseMs, minPauseMs * 2 ** failures);
    failures += 1;
    // Half of the pause is drawn, so that several consoles do not knock in step.
    await sleep(pause / 2 + (Math.random() * pause) / 2, undefined, { signal }).catch(() => undefined);
  }
}

async function* readOnce(
  client: DockerClient,
  { filters, signal, pingEveryMs = 10_000, pingTimeoutMs = 5_000 }: WatchOptions,
  seen: SeenEvents,
  first: boolean,
): AsyncGenerator<DockerEventMessage> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const query = { filters, since: seen.since() };
  const lines = await client.stream(
    { method: 'GET', path: dockerPath`/events`, query },
    { timeoutMs: 15_000, signal: both },
  );
  // A daemon that hangs keeps its stream open and says nothing, like one where nothing happens.
  const heartbeat = keepAsking(client, both, pingEveryMs, pingTimeoutMs).catch((error) => stop.abort(error));
  try {
    yield { type: 'connected', first };
    for await (const line of lines) {
      const event = parseEvent(line);
      if (event && seen.isNew(event)) yield { type: 'event', event };
    }
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    stop.abort();
    await heartbeat;
  }
}

/** Returns when the signal fires, throws when the daemon does not answer. */
async function keepAsking(
  client: DockerClient,
  signal: AbortSignal,
  everyMs: number,
  timeoutMs: number,
): Promise<void> {
  for (;;) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await client.request({ method: 'GET', path: dockerPath`/_ping` }, { timeoutMs, signal });
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
  }
}

/** Where to resume. `since` includes the moment it names, so the events of that moment come again and are left out. */
class SeenEvents {
  #lastNano = 0n;
  readonly #atLast = new Set<string>();

  /** Seconds and nanoseconds, as Docker's `since` wants them; undefined before the first event. */
  since(): string | undefined {
    if (this.#lastNano === 0n) return undefined;
    return `${this.#lastNano / 1_000_000_000n}.${String(this.#lastNano % 1_000_000_000n).padStart(9, '0')}`;
  }

  isNew(event: DockerEvent): boolean {
    const key = `${event.type} ${event.action} ${event.actorId}`;
    if (event.timeNano === this.#lastNano && this.#atLast.has(key)) return false;
    if (event.timeNano > this.#lastNano) {
      this.#lastNano = event.timeNano;
      this.#atLast.clear();
    }
    if (event.timeNano === this.#lastNano) this.#atLast.add(key);
    return true;
  }
}

function parseEvent(line: Record<string, unknown>): DockerEvent | null {
  const { Type, Action, Actor, time, timeNano } = line;
  if (typeof Type !== 'string' || typeof Action !== 'string') return null;
  const actor = (Actor ?? {}) as { ID?: unknown; Attributes?: unknown };
  const attributes = Object.entries((actor.Attributes ?? {}) as object).map(([name, value]) => [name, String(value)]);
  return {
    type: Type,
    action: Action,
    actorId: typeof actor.ID === 'string' ? actor.ID : '',
    attributes: Object.fromEntries(attributes),
    timeNano: nanoseconds(timeNano, time),
  };
}

/** A double holds nanoseconds since 1970 to some 200 ns: rounded down, `since` rather repeats an event than skips it. */
function nanoseconds(timeNano: unknown, time: unknown): bigint {
  if (typeof timeNano === 'number' && Number.isFinite(timeNano) && timeNano > 0)
    return BigInt(Math.floor(timeNano)) - 512n;
  return typeof time === 'number' && Number.isInteger(time) && time > 0 ? BigInt(time) * 1_000_000_000n : 0n;
}
