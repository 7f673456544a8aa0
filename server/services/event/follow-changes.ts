import { AtollError } from '#server/contract/errors.ts';
import type { Change, EventTopic } from '#server/contract/event.ts';
import { type OutboxRow, outboxHead, readOutbox } from '#server/db/outbox-store.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import type { Actor } from '../access/actor.ts';
import type { ActorContext } from '../service-context.ts';
import { describeChanges } from './changed-entities.ts';
import { seesChange } from './visible-change.ts';

/** Rights are looked up again so often: who was signed out or lost a role reads on for at most 5 s (security.md 38, 41). */
const recheckMs = 4_000;

/** A reader that is so far behind reads again from the database instead of filling the memory. */
const maxWaiting = 5_000;

export interface FollowOptions {
  /** undefined: all that the actor may see. */
  topics?: ReadonlySet<EventTopic> | undefined;
  /** Where to go on; undefined begins now. */
  afterSeq?: number | undefined;
  /** Who the actor is now; null ends the stream. */
  reauthenticate(): Promise<Actor | null>;
  signal: AbortSignal;
}

export interface Following {
  /** Where the stream begins: changes after this follow. */
  startSeq: number;
  /** Batches of changes in order; an empty one when rights were rechecked and nothing has happened. */
  batches: AsyncGenerator<Change[]>;
}

/**
 * Follows the changes that the actor may see, first those since `afterSeq`, then as they come. Throws `events_gone` when older ones
 * are no longer kept: then the lists are to be read again.
 */
export async function followChanges(ctx: ActorContext, options: FollowOptions): Promise<Following> {
  const startSeq = options.afterSeq ?? (await outboxHead(ctx.app.db));
  const first = await readOutbox(ctx.app.db, startSeq);
  if (first.gone) throw new AtollError('events_gone', undefined, { params: { headSeq: first.headSeq } });
  return { startSeq, batches: follow(ctx, startSeq, options) };
}

async function* follow(ctx: ActorContext, startSeq: number, options: FollowOptions): AsyncGenerator<Change[]> {
  const { db, feed } = ctx.app;
  const { signal, topics } = options;
  let { actor } = ctx;
  let seq = startSeq;
  let checkedAt = monotonicMs();
  let waiting: (readonly OutboxRow[])[] = [];
  // Until the first read from the database has caught up, what the feed tells is only a reason to read again.
  let behind = true;
  let bell = Promise.withResolvers<void>();
  const ring = (): void => bell.resolve();
  const unsubscribe = feed.subscribe((batch) => {
    waiting.push(batch);
    if (waiting.length > maxWaiting) {
      waiting = [];
      behind = true;
    }
    ring();
  });
  signal.addEventListener('abort', ring, { once: true });
  try {
    while (!signal.aborted) {
      bell = Promise.withResolvers<void>();
      if (monotonicMs() - checkedAt >= recheckMs) {
        const current = await options.reauthenticate();
        if (!current) return;
        actor = current;
        checkedAt = monotonicMs();
      }
      const batch = behind ? await readBehind() : waiting.shift();
      if (batch) {
        const fresh = batch.filter((row) => row.seq > seq);
        const sees = (row: OutboxRow): boolean =>
          row.seq > seq && (topics === undefined || topics.has(row.topic)) && seesChange(actor, row);
        const changes = await describeChanges(db, actor, batch, sees);
        seq = fresh.at(-1)?.seq ?? seq;
        if (changes.length > 0) yield changes;
        continue;
      }
      const timer = setTimeout(ring, recheckMs);
      await bell.promise;
      clearTimeout(timer);
      yield [];
    }
  } finally {
    signal.removeEventListener('abort', ring);
    unsubscribe();
  }

  async function readBehind(): Promise<readonly OutboxRow[] | undefined> {
    const answer = await readOutbox(db, seq);
    if (answer.gone) throw new AtollError('events_gone', undefined, { params: { headSeq: answer.headSeq } });
    if (answer.changes.length > 0) return answer.changes;
    behind = false;
    return waiting.shift();
  }
}
