import { Client } from 'pg';
import type { Db } from '#server/db/client.ts';
import { outboxChannel, outboxHead, readLimit, readOutbox } from '#server/db/outbox-store.ts';
import { sleep } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { ChangeFeed } from '#server/services/event/change-feed.ts';

/** Lost bells are made up for by a look so often. */
const readAnywayMs = 2_000;
const reconnectMs = 1_000;

export interface OutboxReader {
  stop(): Promise<void>;
}

/**
 * From the published outbox to the feed of this process: hears the publisher's bell on a connection of its own, and reads what is
 * new. Goes on through failures of PostgreSQL until stopped.
 */
export async function startOutboxReader(options: {
  db: Db;
  url: string;
  feed: ChangeFeed;
  log: Log;
}): Promise<OutboxReader> {
  const { db, feed, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let seq = await outboxHead(db);
  let bell = Promise.withResolvers<void>();
  const ring = (): void => bell.resolve();

  const forever = async (name: string, work: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      await work().catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error, loop: name }, 'the outbox is read anew');
      });
      await sleep(reconnectMs, signal).catch(() => undefined); // a stop ends the pause
    }
  };

  const read = async (): Promise<void> => {
    while (!signal.aborted) {
      bell = Promise.withResolvers<void>();
      const answer = await readOutbox(db, seq);
      if (answer.gone) seq = answer.headSeq;
      else {
        const last = answer.changes.at(-1);
        if (last) {
          seq = last.seq;
          feed.publish(answer.changes);
          // Less than was asked for: there is no more, unless the bell has rung since.
          if (answer.changes.length >= readLimit) continue;
        }
      }
      const timer = setTimeout(ring, readAnywayMs);
      await bell.promise;
      clearTimeout(timer);
    }
  };

  const listen = async (): Promise<void> => {
    const client = new Client({ connectionString: options.url, application_name: 'atoll-web-bell', keepAlive: true });
    const lost = Promise.withResolvers<void>();
    client.on('error', (error) => lost.reject(error));
    client.on('end', () => lost.resolve());
    client.on('notification', ring);
    signal.addEventListener('abort', () => lost.resolve(), { once: true });
    try {
      await client.connect();
      await client.query(`LISTEN ${outboxChannel}`);
      ring();
      await lost.promise;
    } finally {
      await client.end().catch(() => undefined); // it may be broken already
    }
  };

  signal.addEventListener('abort', ring, { once: true });
  const loops = [forever('reader', read), forever('bell', listen)];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}
