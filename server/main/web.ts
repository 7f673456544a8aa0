import { join } from 'node:path';
import next from 'next';
import { createDb } from '#server/db/client.ts';
import { openBell } from '#server/operations/engine/alarm-clock.ts';
import { readWebEnv } from '#server/platform/env.ts';
import { createLog } from '#server/platform/log.ts';
import { networkSet } from '#server/platform/outbound-http/public-address.ts';
import { vaultKeyOf } from '#server/platform/vault.ts';
import { ChangeFeed } from '#server/services/event/change-feed.ts';
import { RequestLimits } from '#server/services/rate-limit/request-limits.ts';
import type { WebApp } from '#server/services/service-context.ts';
import { ConsoleProxy } from './console-proxy.ts';
import { openWebDoor } from './door.ts';
import { startLimitSettler } from './limit-settler.ts';
import { logChannel } from './log-channel.ts';
import { OutboxPublisher } from './outbox-publisher.ts';
import { startOutboxReader } from './outbox-reader.ts';
import { version } from './version.ts';
import { createWebDoor } from './web-door.ts';
import { createWebServer } from './web-server.ts';

/*
 * The web process: pages, API and event stream. It holds no key that opens a sealed secret and a database role that cannot read
 * one. Started by start.ts with its own environment; SIGTERM ends it in order.
 */

const env = readWebEnv(process.env);
const origin = new URL(env.ATOLL_ORIGIN).origin;
const log = createLog({ process: 'web', level: env.ATOLL_LOG_LEVEL });
const url = env.ATOLL_WEB_DATABASE_URL.reveal();

const db = createDb(url, {
  max: env.ATOLL_DATABASE_POOL,
  applicationName: 'atoll-web',
  onConnectionLost: (error) => log.warn({ err: error }, 'a connection to PostgreSQL was lost'),
});
const bell = await openBell(url, log);
const feed = new ChangeFeed();
const limits = new RequestLimits();
const app: WebApp = {
  db,
  log,
  bell,
  limits,
  feed,
  origin,
  cursorKey: env.ATOLL_CURSOR_KEY,
  webKey: vaultKeyOf(env.ATOLL_WEB_KEY),
  dataDir: env.ATOLL_DATA_DIR,
  version,
  logs: logChannel(db),
};
const publisher = new OutboxPublisher({ db, log });
publisher.start();
const settler = startLimitSettler({ limits, db, log });
const reader = await startOutboxReader({ db, url, feed, log });
const door = createWebDoor(app, env.ATOLL_START_ID);
openWebDoor(door);

const pages = next({
  dev: false,
  dir: join(import.meta.dirname, '../..'),
  hostname: env.ATOLL_LISTEN,
  port: env.ATOLL_PORT,
});
await pages.prepare();
const trustedProxies = networkSet(env.ATOLL_TRUSTED_PROXIES);
const consoles = new ConsoleProxy({ db, origin, trustedProxies, log });
const server = createWebServer({ door, pages: pages.getRequestHandler(), consoles, origin, trustedProxies, log });
server.listen(env.ATOLL_PORT, env.ATOLL_LISTEN, () => log.info({ origin }, 'listening'));

/** Streams and long polls do not end by themselves; after this they are cut, and clients come back. */
const graceMs = 3_000;

async function stop(): Promise<void> {
  log.info('stopping');
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  consoles.close();
  server.closeIdleConnections();
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(cut);
  await pages.close();
  await Promise.all([publisher.stop(), reader.stop(), settler.stop()]);
  await bell.close();
  await db.$disconnect();
}

/** The second signal finds no listener any more and ends the process at once. */
const onSignal = (): void => {
  for (const signal of signals) process.off(signal, onSignal);
  stop().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error({ err: error }, 'did not stop in order');
      process.exit(1);
    },
  );
};
const signals = ['SIGTERM', 'SIGINT'] as const;
for (const signal of signals) process.on(signal, onSignal);
