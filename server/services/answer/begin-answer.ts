import { AtollError } from '#server/contract/errors.ts';
import {
  abandonIdempotent,
  beginIdempotent,
  finishIdempotent,
  type IdempotencyRef,
  renewIdempotent,
  renewMs,
  type StoredResponse,
} from '#server/db/idempotency-store.ts';
import { newId } from '#server/platform/id.ts';
import { credentialKey } from '../access/actor.ts';
import type { AnswerKeeper, ServiceContext } from '../service-context.ts';

/** An answer that was given before, word for word. */
export type Replay = StoredResponse;

export type BegunAnswer =
  | { replay: Replay }
  | {
      replay: null;
      /** For the context of the service: the answer is kept in the transaction of the change. */
      keeper: AnswerKeeper;
      /** After success: keeps the answer of a service that had nothing to change. */
      complete(answer: StoredResponse): Promise<void>;
      /** After a refusal: nothing was done, so the key may be used again. */
      release(): Promise<void>;
    };

/** Printable ASCII, as a structured field string allows (RFC 8941 §3.3.3); UUIDs are what clients send. */
const keyPattern = /^[\x21-\x7e]{1,200}$/;

/**
 * Begins a request with an Idempotency-Key: the first one goes on, one that comes while it runs is refused with
 * `idempotency_in_flight`, one with another content with `idempotency_mismatch`, and later ones get the same answer again
 * for 24 hours. Keys belong to the token, or to the user of a session. `render` makes the answer from a service's output.
 */
export async function beginAnswer(
  ctx: ServiceContext,
  rawKey: string,
  requestHash: Uint8Array,
  render: (output: unknown) => StoredResponse,
): Promise<BegunAnswer> {
  if (!ctx.actor) throw new AtollError('unauthenticated');
  const key = unquoted(rawKey);
  if (!keyPattern.test(key))
    throw new AtollError('bad_request', 'An Idempotency-Key has 1 to 200 printable characters.');
  const { db } = ctx.app;
  const ref = { scope: credentialKey(ctx.actor), key, holder: newId() };
  const replay = await beginIdempotent(db, ref, requestHash);
  if (replay) return { replay };
  let kept = false;
  const stopSaying = keepSaying(ctx, ref);
  return {
    replay: null,
    keeper: {
      async keep(tx, output) {
        await finishIdempotent(tx, ref, render(output));
        kept = true;
      },
    },
    async complete(answer) {
      stopSaying();
      if (!kept) await finishIdempotent(db, ref, answer);
    },
    async release() {
      stopSaying();
      await abandonIdempotent(db, ref);
    },
  };
}

/** Says at intervals that the request runs; who is killed says nothing, and its key is free soon. */
function keepSaying({ app }: ServiceContext, ref: IdempotencyRef): () => void {
  const timer = setInterval(() => {
    // One that fails is made good by the next; were all to fail, the holder is looked at when the answer is kept.
    renewIdempotent(app.db, ref).catch((error: unknown) => app.log.warn({ err: error }, 'a key was not renewed'));
  }, renewMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** The draft writes keys as quoted strings, most clients as they are: both mean the same. */
const unquoted = (key: string): string => /^"(.*)"$/.exec(key.trim())?.[1] ?? key.trim();
