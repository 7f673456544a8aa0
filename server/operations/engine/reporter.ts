import { type AtollTx, inTx } from '#server/db/client.ts';
import { isHeld } from '#server/db/operation-journal-store.ts';
import { appendOperationLog, type LogLevel } from '#server/db/operation-log-store.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import { FencedOff } from './interruption.ts';
import { change, type Note, write } from './journal.ts';
import { cleanText } from './mask-secrets.ts';
import { percentOf, type Run } from './run.ts';

/** Progress and log lines are written at most once per this time; what is over sooner tells all at its end, in one write. */
const everyMs = 1_000;

interface Progress {
  percent: number;
  message: string | undefined;
}

/**
 * Tells what a step says of itself: its progress and its log lines, masked. Telling is best effort: it never fails the
 * step, but a lost fence found on the way ends the run.
 */
export class Reporter<Tools> {
  readonly #run: Run<Tools>;
  readonly #seq: number;
  readonly #step: string;
  #progress: Progress | null = null;
  #lines: { level: LogLevel; message: string }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #wroteAt = monotonicMs();

  constructor(run: Run<Tools>, seq: number, step: string) {
    this.#run = run;
    this.#seq = seq;
    this.#step = step;
  }

  progress(percent: number, message?: string): void {
    this.#progress = { percent, message: message === undefined ? undefined : cleanText(message, this.#run.secrets) };
    this.#soon();
  }

  line(level: LogLevel, message: string): void {
    this.#lines.push({ level, message: cleanText(message, this.#run.secrets) });
    this.#soon();
  }

  /** Writes the log lines that wait; progress that waits is superseded by what the journal says next. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#progress = null;
    await this.#writing;
    await this.#write();
  }

  #soon(): void {
    if (this.#timer) return;
    const wait = Math.max(0, this.#wroteAt + everyMs - monotonicMs());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#writing = this.#writing.then(() => this.#write());
    }, wait);
  }

  async #write(): Promise<void> {
    const progress = this.#progress;
    const lines = this.#lines;
    this.#progress = null;
    this.#lines = [];
    if ((progress === null && lines.length === 0) || this.#run.lease.lost.aborted) return;
    this.#wroteAt = monotonicMs();
    const run = this.#run;
    const note = async (tx: AtollTx): Promise<void> => {
      for (const line of lines)
        await appendOperationLog(tx, { operationId: run.operation.id, step: this.#step, ...line });
    };
    try {
      if (progress) await this.#writeProgress(progress, lines.length > 0 ? note : undefined);
      else
        await inTx(run.engine.db, async (tx) => {
          if (!(await isHeld(tx, run.lease.held))) throw new FencedOff('another runner holds it');
          await note(tx);
        });
    } catch (error) {
      if (error instanceof FencedOff) run.lease.lose('another runner holds it');
      else run.log.warn({ err: error, step: this.#step, lines: lines.length }, 'progress could not be written');
    }
  }

  async #writeProgress({ percent, message }: Progress, note: Note | undefined): Promise<void> {
    const run = this.#run;
    const entry = run.journal[this.#seq];
    if (entry && message !== undefined) change(run, entry, { message });
    const share = Math.max(run.operation.percent, percentOf(run, this.#seq, percent));
    await write(run, { step: this.#step, percent: share }, { note, patient: false });
  }
}
