import type { RawData, WebSocket } from 'ws';
import {
  type ConsoleControl,
  type ConsoleEnd,
  type ConsoleHello,
  consoleRequestSchema,
} from '#server/contract/console.ts';
import { AtollError } from '#server/contract/errors.ts';
import type { ConsoleTicketRow } from '#server/db/console-ticket-store.ts';
import { type ConsoleTarget, DriverError, type HostConsole } from '#server/drivers/driver.ts';
import { sleep } from '#server/platform/clock.ts';
import type { ConsoleLimits } from './console-limits.ts';
import type { Watched } from './console-rights.ts';
import { consoleTarget } from './console-target.ts';
import { closeCodes, endMessages } from './end-messages.ts';
import { type ConsoleParts, locateInstance } from './open-on-host.ts';
import { Outflow } from './outflow.ts';
import { RfbInput } from './rfb-input.ts';

/** Opening a console may take as long as any control call. */
const openMs = 15_000;
/** A client that does not take its last frames is cut off. */
const goodbyeMs = 2_000;
/** What may be typed ahead of a console that is not open yet. */
const earlyMaxBytes = 64 * 1024;
/** Failures after which the same console may be there in a moment. */
const passing = new Set(['host_unreachable', 'engine_unavailable', 'timeout']);

interface Given {
  parts: ConsoleParts;
  limits: ConsoleLimits;
  socket: WebSocket;
  ticket: ConsoleTicketRow;
  hello: ConsoleHello;
  /** What came behind the hello already. */
  early: readonly Frame[];
}

export interface Frame {
  data: RawData;
  isBinary: boolean;
}

/**
 * One open console between a WebSocket and a host. It outlives the guest and the connection to the host: then it says `waiting`, tries
 * again, and says `open` anew. `run` resolves when it is over, for whatever reason.
 */
export class ConsoleSession implements Watched {
  readonly grant: ConsoleTicketRow;
  readonly #given: Given;
  readonly #target: ConsoleTarget;
  readonly #outflow: Outflow;
  readonly #over = new AbortController();
  readonly #timers: NodeJS.Timeout[];
  #reason: ConsoleEnd = 'closed';
  #console: HostConsole | null = null;
  #rfb: RfbInput;
  #size: { columns: number; rows: number } | null;
  #movedAt = performance.now();
  #opens = 0;
  /** Until the console is open for the first time, what is typed waits; a client that sends more than a little is held back. */
  #early: Frame[];
  #earlyBytes = 0;
  bytesIn = 0;

  constructor(given: Given) {
    const { socket, ticket, hello, limits, early } = given;
    this.#given = given;
    this.#early = [...early];
    this.grant = ticket;
    this.#target = consoleTarget(ticket, hello);
    this.#outflow = new Outflow(socket, hello.window ?? null);
    this.#rfb = new RfbInput(ticket);
    this.#size = hello.columns && hello.rows ? { columns: hello.columns, rows: hello.rows } : null;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.once('close', () => this.end('closed'));
    const checkMs = Math.max(20, Math.min(limits.idleMs / 4, 30_000));
    this.#timers = [
      setInterval(() => this.#checkIdle(), checkMs),
      setTimeout(() => this.end('time_limit'), limits.totalMs),
    ];
  }

  get reason(): ConsoleEnd {
    return this.#reason;
  }

  get bytesOut(): number {
    return this.#outflow.sentBytes;
  }

  withdraw(reason: ConsoleEnd): void {
    this.end(reason);
  }

  async run(): Promise<void> {
    try {
      while (!this.#over.signal.aborted) {
        const console = await this.#open();
        if (console) await this.#carry(console);
      }
    } catch (error) {
      this.#given.parts.log.warn({ err: error, instanceId: this.grant.instanceId }, 'a console broke');
      this.end('failed');
    }
  }

  /** Ends it; the first reason holds. The client is told why. */
  end(reason: ConsoleEnd, message = endMessages[reason]): void {
    if (this.#over.signal.aborted) return;
    this.#reason = reason;
    this.#over.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#console?.stream.destroy();
    const { socket } = this.#given;
    socket.resume();
    this.#say({ type: 'end', reason, message });
    socket.close(closeCodes[reason]);
    setTimeout(() => socket.terminate(), goodbyeMs).unref();
  }

  /** Tries until the console is open; null when the session ended meanwhile. */
  async #open(): Promise<HostConsole | null> {
    const { parts, limits } = this.#given;
    let told: string | null = null;
    while (!this.#over.signal.aborted) {
      try {
        const { driver, ref } = await locateInstance(parts, this.grant.instanceId);
        const options = { signal: this.#over.signal, timeoutMs: openMs };
        const console = await driver.openConsole(ref, this.#target, options);
        if (!this.#over.signal.aborted) return console;
        console.stream.destroy();
      } catch (error) {
        const reason = this.#waitingReason(error);
        if (reason === null) return null;
        if (told !== reason) this.#say({ type: 'waiting', reason, message: endMessages[reason] });
        told = reason;
        await sleep(limits.reopenMs, this.#over.signal).catch(() => undefined);
      }
    }
    return null;
  }

  /** Why it is worth waiting; null when it is not, and the session was ended. */
  #waitingReason(error: unknown): 'instance_stopped' | 'host_unreachable' | null {
    if (this.#over.signal.aborted) return null;
    if (!(error instanceof DriverError || error instanceof AtollError)) throw error;
    const isFirst = this.#opens === 0;
    if (passing.has(error.code)) return 'host_unreachable';
    // A VM whose definition is gone for a moment is being made anew; its row decides, and the watch over rights looks at it.
    const isDown = error.code === 'state_conflict' || error.code === 'not_found';
    if (isDown && this.#target.kind !== 'exec') return 'instance_stopped';
    if (isDown) this.end('instance_stopped', error.message);
    else if (error.code === 'in_use') this.end(isFirst ? 'busy' : 'taken_over');
    else this.end('failed', error.message);
    return null;
  }

  async #carry(console: HostConsole): Promise<void> {
    const { stream } = console;
    this.#console = console;
    this.#rfb = new RfbInput(this.grant);
    this.#moved();
    this.#say({ type: 'open', viewOnly: this.grant.viewOnly, recorded: false, reopened: this.#opens > 0 });
    this.#opens += 1;
    this.#given.socket.resume();
    for (const { data, isBinary } of this.#early.splice(0)) this.#receive(data, isBinary);
    if (this.#size) void console.resize?.(this.#size.columns, this.#size.rows);
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        if (this.#target.kind !== 'vnc') this.#moved();
        await this.#outflow.write(chunk);
      }
    } catch (error) {
      // Which of both sides broke shows below: the reader's end has ended the session, the host's has an outcome.
      this.#given.parts.log.debug({ err: error }, 'the stream of a console broke');
    } finally {
      this.#console = null;
      stream.destroy();
      this.#given.socket.resume();
    }
    if (!this.#over.signal.aborted) await this.#afterLoss(console);
  }

  async #afterLoss(console: HostConsole): Promise<void> {
    const outcome = await console.outcome();
    if (outcome.end === 'taken_over') return this.end('taken_over');
    if (outcome.end === 'exited') this.#say({ type: 'exit', code: outcome.exitCode });
    if (this.#target.kind === 'exec') return this.end(outcome.end === 'exited' ? 'exited' : 'instance_stopped');
    // Once it was ours, it is opened again without taking it from anybody.
    if (this.#target.kind === 'serial') this.#target.takeOver = false;
    await sleep(Math.min(200, this.#given.limits.reopenMs), this.#over.signal).catch(() => undefined);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#over.signal.aborted) return;
    const bytes = data as Buffer;
    if (this.#opens === 0) {
      this.#early.push({ data, isBinary });
      this.#earlyBytes += bytes.length;
      if (this.#earlyBytes > earlyMaxBytes) this.#given.socket.pause();
      return;
    }
    if (isBinary) this.#type(bytes);
    else this.#obey(bytes.toString('utf8'));
  }

  /** Bytes for the guest; while there is none, or for who may only look, they are dropped. */
  #type(bytes: Buffer): void {
    this.bytesIn += bytes.length;
    const { viewOnly } = this.grant;
    const taken = this.#target.kind === 'vnc' ? this.#takeRfb(bytes) : viewOnly ? null : { bytes, isInput: true };
    if (!taken) return;
    if (taken.isInput || viewOnly) this.#moved();
    const stream = this.#console?.stream;
    if (!stream?.writable || taken.bytes.length === 0 || stream.write(taken.bytes)) return;
    // The guest takes no more for now: neither do we.
    const { socket } = this.#given;
    socket.pause();
    stream.once('drain', () => socket.resume());
  }

  #takeRfb(bytes: Buffer): { bytes: Buffer; isInput: boolean } | null {
    if (!this.#console) return null;
    try {
      return this.#rfb.take(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.end('failed', `${error.message}.`);
      return null;
    }
  }

  #obey(text: string): void {
    const request = consoleRequestSchema.safeParse(jsonOrNull(text));
    if (!request.success) {
      this.end('failed', 'A text frame was no request that is known here.');
      return;
    }
    const { data } = request;
    if (data.type === 'ack') this.#outflow.acknowledge(data.bytes);
    else if (data.type === 'eof') {
      if (!this.grant.viewOnly) this.#console?.stream.end();
    } else if (!this.grant.viewOnly) {
      this.#size = { columns: data.columns, rows: data.rows };
      if (this.#target.kind === 'exec') Object.assign(this.#target, this.#size);
      void this.#console?.resize?.(data.columns, data.rows);
    }
  }

  #say(control: ConsoleControl): void {
    const { socket } = this.#given;
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(control), () => undefined);
  }

  #moved(): void {
    this.#movedAt = performance.now();
  }

  #checkIdle(): void {
    if (performance.now() - this.#movedAt > this.#given.limits.idleMs) this.end('idle');
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
