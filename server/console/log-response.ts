import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { ConsoleEnd } from '#server/contract/console.ts';
import { AtollError } from '#server/contract/errors.ts';
import type { ConsoleTicketRow } from '#server/db/console-ticket-store.ts';
import { DriverError, type LogLine } from '#server/drivers/driver.ts';
import type { Watched } from './console-rights.ts';
import { type ConsoleParts, locateInstance } from './open-on-host.ts';

const openMs = 15_000;

/** What the web has kept with a ticket for a log. */
const wantedSchema = z.object({
  follow: z.boolean(),
  since: z.iso.datetime().nullable(),
  until: z.iso.datetime().nullable(),
  tail: z.number().int().nullable(),
  timestamps: z.boolean(),
  format: z.enum(['text', 'jsonl']),
});
type Wanted = z.output<typeof wantedSchema>;

/** A log on its way to the web. The host is asked for more only when the reader has taken what there is. */
export class LogResponse implements Watched {
  readonly grant: ConsoleTicketRow;
  readonly #parts: ConsoleParts;
  readonly #response: ServerResponse;
  readonly #stop = new AbortController();

  constructor(parts: ConsoleParts, ticket: ConsoleTicketRow, response: ServerResponse) {
    this.grant = ticket;
    this.#parts = parts;
    this.#response = response;
    response.once('close', () => this.#stop.abort());
  }

  withdraw(_reason: ConsoleEnd): void {
    this.#stop.abort();
    // Cut, not ended: the reader shall not take it for the end of the log.
    this.#response.destroy();
  }

  /** Resolves when all was sent, or the reader has gone. */
  async run(): Promise<void> {
    const wanted = wantedSchema.parse(this.grant.options);
    let lines: AsyncIterable<LogLine>;
    try {
      const { driver, ref } = await locateInstance(this.#parts, this.grant.instanceId);
      const { signal } = this.#stop;
      const { follow, since, until, tail } = wanted;
      const range = {
        follow,
        since: since === null ? null : new Date(since),
        until: until === null ? null : new Date(until),
      };
      lines = await driver.openLog(ref, { ...range, tail }, { signal, stop: signal, timeoutMs: openMs });
    } catch (error) {
      refuse(this.#response, error);
      return;
    }
    this.#response.writeHead(200, { 'content-type': 'application/octet-stream' });
    this.#response.flushHeaders();
    try {
      await pipeline(Readable.from(textOf(lines, wanted), { objectMode: false }), this.#response);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#parts.log.warn({ err: error }, 'a log broke off');
      this.#response.destroy();
    }
  }
}

async function* textOf(lines: AsyncIterable<LogLine>, { format, timestamps }: Wanted): AsyncGenerator<Buffer> {
  for await (const line of lines) {
    const { time, text } = line;
    if (format === 'jsonl') yield Buffer.from(`${JSON.stringify(line)}\n`);
    else yield Buffer.from(`${timestamps && time !== null ? `${time} ` : ''}${text}\n`);
  }
}

/** The web makes a problem document of it. Throws what is no refusal. */
function refuse(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  if (!(error instanceof DriverError || error instanceof AtollError)) throw error;
  response.writeHead(409, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ code: error.code, message: error.message }));
}
