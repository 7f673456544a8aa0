import type { ProjectState } from '#server/contract/permissions.ts';
import type { AtollTx, Db } from '#server/db/client.ts';
import type { Bell } from '#server/operations/engine/bell.ts';
import type { CursorKey } from '#server/platform/cursor.ts';
import type { Log } from '#server/platform/log.ts';
import type { VaultKey } from '#server/platform/vault.ts';
import type { Actor } from './access/actor.ts';
import type { ChangeFeed } from './event/change-feed.ts';
import type { RequestLimits } from './rate-limit/request-limits.ts';

/** What lives as long as the web process. */
export interface WebApp {
  db: Db;
  log: Log;
  cursorKey: CursorKey;
  /** Opens what the web keeps for itself: see server/platform/vault.ts. */
  webKey: VaultKey;
  /** The one public origin, such as `https://atoll.example`, without a slash at the end. */
  origin: string;
  /** Folder of images and uploads, shared with the worker. */
  dataDir: string;
  version: string;
  /** Wakes the workers. */
  bell: Bell;
  /** How much may be asked in a minute. */
  limits: RequestLimits;
  /** Every published change, as it comes. */
  feed: ChangeFeed;
  logs: LogChannel;
}

/** The way to logs of instances: a worker, who alone reaches hosts. */
export interface LogChannel {
  /** Throws AtollError: `unavailable` without a worker, `rate_limited`, and what the host says. */
  open(ticket: string, options: { address: string; signal: AbortSignal }): Promise<ReadableStream<Uint8Array>>;
}

/** Keeps the answer of a request with an Idempotency-Key in the transaction of its change. */
export interface AnswerKeeper {
  keep(tx: AtollTx, output: unknown): Promise<void>;
}

/** What a service is given first: the process, the request and who asks. */
export interface ServiceContext {
  app: WebApp;
  requestId: string;
  ip: string;
  userAgent: string;
  actor: Actor | null;
  /** Names the sign-in of this browser that is not finished: see services/auth/pending.ts. */
  pendingCookie?: string | null;
  /** Version that the caller has read (If-Match); undefined accepts any. */
  expectedVersion?: number;
  answer?: AnswerKeeper;
}

export interface ActorContext extends ServiceContext {
  actor: Actor;
}

/** A context whose actor holds the permission of the procedure in `project`. */
export interface ProjectContext extends ActorContext {
  project: { id: string; slug: string; name: string; state: ProjectState };
}
