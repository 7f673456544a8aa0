import { ChannelError } from './channel-error.ts';
import type { ProcedureName } from './procedure.ts';
import { ProtocolError } from './protocol-error.ts';

/** libvirtd stops reading a client that has max_client_requests = 5 calls running; one is left for its own housekeeping. */
const IN_FLIGHT_MAX = 4;

export interface CallOptions {
  /** Milliseconds until the call is given up; the time in the queue counts. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

interface QueuedCall<Answer> {
  name: ProcedureName;
  /** Writes the call to the wire under this serial. */
  send(serial: number): void;
  /** Takes an answer that comes after its caller has gone. */
  late(answer: Answer): void;
}

interface Entry<Answer> extends QueuedCall<Answer> {
  serial: number;
  abandoned: boolean;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * The calls of one channel: serials, the limit of calls in flight, deadlines and signals. A call that was given up keeps
 * its place until the daemon answers, because it keeps its place there too; when all places are lost so, the daemon
 * hangs and `onStuck` is called.
 */
export class CallQueue<Answer> {
  readonly #onStuck: () => void;
  readonly #waiting: Entry<Answer>[] = [];
  readonly #inFlight = new Map<number, Entry<Answer>>();
  #lastSerial = 0;
  #closed: ChannelError | null = null;

  constructor(onStuck: () => void) {
    this.#onStuck = onStuck;
  }

  /** Queues a call. Rejects with ChannelError `timeout`, `aborted` or what `close` was given. */
  add(call: QueuedCall<Answer>, timeoutMs: number, signal?: AbortSignal): Promise<Answer> {
    const closed = this.#closed;
    if (closed)
      return Promise.reject(new ChannelError(closed.kind, `${call.name}: ${closed.message}`, { cause: closed }));
    if (signal?.aborted) return Promise.reject(abortError(call.name, false, signal));
    return new Promise((resolvePromise, rejectPromise) => {
      const onAbort = () => this.#abandon(entry, abortError(call.name, entry.serial > 0, signal));
      const timer = setTimeout(() => {
        const message = `${call.name} had no answer within ${timeoutMs} ms`;
        this.#abandon(entry, new ChannelError('timeout', message, { sent: entry.serial > 0 }));
      }, timeoutMs);
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const entry: Entry<Answer> = {
        ...call,
        serial: 0,
        abandoned: false,
        resolve(answer) {
          settle();
          resolvePromise(answer);
        },
        reject(error) {
          settle();
          rejectPromise(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(entry);
      this.#pump();
    });
  }

  /** The procedure that was called under this serial. Throws ProtocolError when there was no such call. */
  nameOf(serial: number): ProcedureName {
    return this.#get(serial).name;
  }

  /** The procedure of a call that is not answered yet, or null. */
  findName(serial: number): ProcedureName | null {
    return this.#inFlight.get(serial)?.name ?? null;
  }

  answer(serial: number, answer: Answer): void {
    const entry = this.#take(serial);
    if (entry.abandoned) entry.late(answer);
    else entry.resolve(answer);
  }

  fail(serial: number, error: Error): void {
    const entry = this.#take(serial);
    if (!entry.abandoned) entry.reject(error);
  }

  /** Rejects every call, those in flight with `sent: true`. Later calls are rejected too. */
  close(error: ChannelError): void {
    this.#closed = error;
    const calls = [...this.#inFlight.values(), ...this.#waiting.splice(0)];
    this.#inFlight.clear();
    for (const call of calls) {
      const options = { sent: call.serial > 0, cause: error };
      if (!call.abandoned) call.reject(new ChannelError(error.kind, `${call.name}: ${error.message}`, options));
    }
  }

  #get(serial: number): Entry<Answer> {
    const entry = this.#inFlight.get(serial);
    if (!entry) throw new ProtocolError(`an answer came for call ${serial}, which nobody made`);
    return entry;
  }

  #take(serial: number): Entry<Answer> {
    const entry = this.#get(serial);
    this.#inFlight.delete(serial);
    this.#pump();
    return entry;
  }

  #pump(): void {
    while (this.#inFlight.size < IN_FLIGHT_MAX) {
      const entry = this.#waiting.shift();
      if (!entry) return;
      this.#lastSerial = (this.#lastSerial % 0xffff_ffff) + 1;
      entry.serial = this.#lastSerial;
      this.#inFlight.set(entry.serial, entry);
      entry.send(entry.serial);
    }
  }

  #abandon(entry: Entry<Answer>, error: ChannelError): void {
    entry.abandoned = true;
    entry.reject(error);
    const index = this.#waiting.indexOf(entry);
    if (index >= 0) this.#waiting.splice(index, 1);
    const calls = [...this.#inFlight.values()];
    if (calls.length === IN_FLIGHT_MAX && calls.every((call) => call.abandoned)) this.#onStuck();
  }
}

function abortError(name: string, sent: boolean, signal?: AbortSignal): ChannelError {
  return new ChannelError('aborted', `${name} was cancelled`, { sent, cause: signal?.reason });
}
