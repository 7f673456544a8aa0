import { AtollError } from '#server/contract/errors.ts';
import { type Change, type EventTopic, eventTopics } from '#server/contract/event.ts';
import { requireActor } from '#server/services/access/enter.ts';
import { followChanges } from '#server/services/event/follow-changes.ts';
import type { ActorContext } from '#server/services/service-context.ts';
import type { ApiCall } from '../dispatch.ts';
import { findActor } from '../open-call.ts';

/** Proxies close quiet streams, and the page says that it may be stale after 15 s of silence. */
const heartbeatMs = 10_000;

/** A browser holds one per tab; more than this is a program that forgets to close. */
const maxStreamsPerUser = 30;

const streams = new Map<string, number>();

/**
 * Answers `GET /events`: server-sent events of everything that the caller may see, from `Last-Event-ID` on. Events are named
 * `ready` (where the stream begins), `ping`, or by the topic of the change, with its `seq` as id. Throws `events_gone` when the place is no longer kept, `rate_limited` for too many streams.
 */
export async function handleEvents(call: ApiCall, request: Request, url: URL): Promise<Response> {
  if (request.method !== 'GET') throw new AtollError('method_not_allowed', 'Allowed here: GET.');
  const ctx = requireActor(call);
  const { userId } = ctx.actor;
  const open = streams.get(userId) ?? 0;
  if (open >= maxStreamsPerUser)
    throw new AtollError('rate_limited', 'Too many event streams are open.', { retryAfterSeconds: 30 });
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const following = await followChanges(ctx, {
    topics: readTopics(url),
    afterSeq: readPlace(request.headers, url),
    reauthenticate: () => findActor(ctx.app, request.headers).catch(orNobody),
    signal,
  });
  streams.set(userId, open + 1);
  const close = (): void => {
    const left = (streams.get(userId) ?? 1) - 1;
    if (left > 0) streams.set(userId, left);
    else streams.delete(userId);
  };
  const body = toStream(ctx, following.startSeq, following.batches, stop, close);
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

/** A token that was revoked is nobody; when the database does not answer, the stream ends with the error. */
function orNobody(error: unknown): null {
  if (error instanceof AtollError && error.code === 'unauthenticated') return null;
  throw error;
}

function toStream(
  ctx: ActorContext,
  startSeq: number,
  batches: AsyncGenerator<Change[]>,
  stop: AbortController,
  close: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let heartbeat: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearInterval(heartbeat);
    close();
  };
  return new ReadableStream({
    start(controller) {
      // The place goes out at once: whoever breaks off before the first change resumes from here.
      controller.enqueue(encoder.encode(`retry: 1000\nid: ${startSeq}\nevent: ready\ndata: {"seq":"${startSeq}"}\n\n`));
      heartbeat = setInterval(() => controller.enqueue(encoder.encode('event: ping\ndata: {}\n\n')), heartbeatMs);
    },
    async pull(controller) {
      for (;;) {
        const next = await batches.next().catch((error: unknown) => {
          ctx.app.log.warn({ err: error, requestId: ctx.requestId }, 'an event stream broke');
          return { done: true as const, value: undefined };
        });
        if (next.done) {
          end();
          controller.close();
          return;
        }
        if (next.value.length === 0) continue;
        controller.enqueue(encoder.encode(next.value.map(toEvent).join('')));
        return;
      }
    },
    async cancel() {
      stop.abort();
      end();
      await batches.return(undefined);
    },
  });
}

/** JSON has no bare line breaks, so one `data:` line holds it. */
const toEvent = (change: Change): string =>
  `id: ${change.seq}\nevent: ${change.topic}\ndata: ${JSON.stringify(change)}\n\n`;

function readTopics(url: URL): ReadonlySet<EventTopic> | undefined {
  const text = url.searchParams.get('topics');
  if (text === null || text === '') return undefined;
  const asked = text.split(',').map((topic) => topic.trim());
  const known = eventTopics.filter((topic) => asked.includes(topic));
  if (known.length === new Set(asked).size) return new Set(known);
  const message = `Topics are ${eventTopics.join(', ')}.`;
  throw new AtollError('validation_failed', message, { fields: [{ pointer: '/topics', code: 'invalid', message }] });
}

/** `Last-Event-ID` as browsers send it when they reconnect; `after` for who begins where a list was read. */
function readPlace(headers: Headers, url: URL): number | undefined {
  const text = headers.get('last-event-id') ?? url.searchParams.get('after');
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new AtollError('bad_request', 'Last-Event-ID is no place of this stream.');
  return Number(text);
}
