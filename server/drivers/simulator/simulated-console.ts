import { Duplex } from 'node:stream';
import type { ConsoleOutcome, ConsoleTarget, HostConsole } from '../driver.ts';

/**
 * A console that echoes what is typed, as a terminal in raw mode would show it. `flood N` and a line end prints N bytes, `exit N` ends
 * with that code: for tests of what lies between a host and a browser.
 */
export class SimulatedConsole extends Duplex implements HostConsole {
  readonly stream = this;
  readonly target: ConsoleTarget;
  readonly sizes: { columns: number; rows: number }[] = [];
  /** How many bytes were asked of it, to see whether a slow reader holds it back. */
  printedBytes = 0;
  #line = '';
  #flood = 0;
  #waiting: Buffer[] = [];
  #wantsMore = false;
  #isExiting = false;
  #outcome: ConsoleOutcome = { end: 'lost' };

  constructor(target: ConsoleTarget) {
    super({ allowHalfOpen: true, readableHighWaterMark: 65_536 });
    this.target = target;
    this.on('error', () => undefined);
  }

  get resize(): HostConsole['resize'] {
    if (this.target.kind === 'vnc' || this.target.kind === 'serial') return null;
    return async (columns, rows) => void this.sizes.push({ columns, rows });
  }

  async outcome(): Promise<ConsoleOutcome> {
    return this.#outcome;
  }

  /** The guest or the engine goes away, or somebody else takes the console. */
  lose(outcome: ConsoleOutcome = { end: 'lost' }): void {
    this.#outcome = outcome;
    this.push(null);
    this.once('end', () => this.destroy());
    this.resume();
  }

  override _read(): void {
    this.#wantsMore = true;
    this.#print();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#waiting.push(chunk);
    this.#line += chunk.toString('latin1');
    for (let end = this.#line.search(/[\r\n]/); end >= 0; end = this.#line.search(/[\r\n]/)) {
      this.#obey(this.#line.slice(0, end));
      this.#line = this.#line.slice(end + 1);
    }
    this.#line = this.#line.slice(-200);
    this.#print();
    done();
  }

  #obey(line: string): void {
    const [, verb, number] = /^(flood|exit) (\d+)$/.exec(line) ?? [];
    if (verb === 'flood') this.#flood += Number(number);
    if (verb === 'exit') {
      this.#outcome = { end: 'exited', exitCode: Number(number) };
      this.#isExiting = true;
    }
  }

  #print(): void {
    while (this.#wantsMore && !this.readableEnded && !this.destroyed) {
      const next = this.#waiting.shift() ?? this.#floodPiece();
      if (!next) {
        if (this.#isExiting) this.push(null);
        return;
      }
      this.printedBytes += next.length;
      this.#wantsMore = this.push(next);
    }
  }

  #floodPiece(): Buffer | null {
    if (this.#flood === 0) return null;
    const size = Math.min(this.#flood, 16_384);
    this.#flood -= size;
    return Buffer.alloc(size, 'x');
  }
}
