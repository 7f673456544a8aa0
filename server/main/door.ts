import type { AppRouter } from '#server/api/app-router.ts';

/** What the pages and route handlers of `app/` may ask of the web process. */
export interface WebDoor {
  /** Answers a tRPC request (`/api/trpc/…`). */
  trpc(request: Request): Promise<Response>;
  /** Answers a REST request (`/api/v1/…`), the event stream and image uploads among them. */
  rest(request: Request): Promise<Response>;
  /** 200 while the process lives and PostgreSQL answers, otherwise 503. */
  health(): Promise<Response>;
  /** The tRPC router and a context of the caller of these request headers, for prefetching on the server. */
  prefetch(headers: Headers): Promise<{ router: AppRouter; ctx: object; signedIn: boolean }>;
}

const key = Symbol.for('atoll.web-door');
const place = globalThis as { [key]?: WebDoor };

/** Opens the door: called once by server/main/web.ts before Next takes requests. */
export function openWebDoor(door: WebDoor): void {
  place[key] = door;
}

/**
 * The door of this process. Next bundles `app/` apart from the server, so the two meet in globalThis and not by import.
 * Throws when the page was not started by server/main/web.ts.
 */
export function webDoor(): WebDoor {
  const door = place[key];
  if (!door) throw new Error('Atoll runs through `npm start`, not through `next start`.');
  return door;
}
