import type { ConsoleEnd, ConsoleKind } from '#server/contract/console.ts';
import { appendAudit } from '#server/db/audit-store.ts';
import { type Db, inTx } from '#server/db/client.ts';
import { endConsoleSession, insertConsoleSession } from '#server/db/console-session-store.ts';
import type { ConsoleTicketRow } from '#server/db/console-ticket-store.ts';
import { sleep } from '#server/platform/clock.ts';
import { newId } from '#server/platform/id.ts';
import type { Log } from '#server/platform/log.ts';

/** How often the end of a session is written again while the database is away, and the pause between. */
const attempts = 5;
const pauseMs = 2_000;

/** Who opened what, from where, for how long; in the list of sessions and in the audit. Never what was typed or shown. */
export class SessionRecord {
  readonly id = newId();
  readonly #parts: { db: Db; log: Log };
  readonly #ticket: ConsoleTicketRow;
  readonly #ip: string;

  constructor(parts: { db: Db; log: Log }, ticket: ConsoleTicketRow, ip: string) {
    this.#parts = parts;
    this.#ticket = ticket;
    this.#ip = ip;
  }

  /** Answers false, and records nothing, when the user has so many consoles open already. */
  async begin(workerId: string, atMost: number): Promise<boolean> {
    const kind = this.#ticket.kind as ConsoleKind;
    const session = { ...this.#ticket, id: this.id, kind, ip: this.#ip, workerId };
    return inTx(this.#parts.db, (tx) => insertConsoleSession(tx, session, { atMost }));
  }

  /** Never rejects: a console that has ended has ended. */
  async end(ended: { reason: ConsoleEnd; bytesIn: number; bytesOut: number }): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      try {
        await this.#write(ended);
        return;
      } catch (error) {
        this.#parts.log.warn({ err: error, session: this.id, attempt }, 'the end of a console could not be recorded');
        await sleep(pauseMs);
      }
    }
  }

  async #write(ended: { reason: ConsoleEnd; bytesIn: number; bytesOut: number }): Promise<void> {
    const { kind, viewOnly, projectId, instanceId, instanceName, userId, userName, tokenId, shareId } = this.#ticket;
    await inTx(this.#parts.db, async (tx) => {
      const seconds = await endConsoleSession(tx, { id: this.id, ...ended });
      if (seconds === null) return;
      await appendAudit(tx, {
        actor: { id: userId, name: userName, tokenId, ip: this.#ip },
        projectId,
        action: 'console.session',
        target: { type: 'instance', id: instanceId },
        outcome: 'done',
        detail: {
          name: instanceName,
          kind,
          viewOnly,
          ...(shareId !== null && { share: shareId }),
          seconds: Math.round(seconds),
          ...ended,
        },
      });
    });
  }
}
