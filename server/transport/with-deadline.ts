import { TransportError } from './transport-error.ts';

interface Deadline {
  timeoutMs: number;
  signal?: AbortSignal;
  /** Whether the other side may have acted when we give up; default true. */
  sent?: boolean;
}

/**
 * Runs `work` for at most `timeoutMs` milliseconds, or until the caller's signal fires. `work` gets a signal that fires
 * in both cases and must then release what it holds; what it still answers later is dropped.
 *
 * @throws TransportError `timeout` or `aborted`; otherwise what `work` throws.
 */
export async function withDeadline<T>(
  what: string,
  { timeoutMs, signal, sent = true }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const givenUp = Promise.withResolvers<never>();
  const giveUp = (error: TransportError) => {
    givenUp.reject(error);
    controller.abort(error);
  };
  const onAbort = () => giveUp(new TransportError('aborted', `${what} was aborted`, { cause: signal?.reason, sent }));
  if (signal?.aborted)
    throw new TransportError('aborted', `${what} was aborted`, { cause: signal.reason, sent: false });

  const timer = setTimeout(
    () => giveUp(new TransportError('timeout', `${what}: no answer within ${timeoutMs} ms`, { sent })),
    timeoutMs,
  );
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(controller.signal), givenUp.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
