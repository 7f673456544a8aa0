import { sleep } from '#server/platform/clock.ts';
import { localUrl, portTaken } from './require-port.ts';

/** Next reads its build and PostgreSQL may have to recover; after this something is wrong. */
const patienceMs = 120_000;
/** For one answer. */
const askMs = 10_000;

/** Header of /api/health that names this start (`ATOLL_START_ID`): who else answers on the port is not ours. */
export const startIdHeader = 'x-atoll-start';

/**
 * Resolves when the web process of this very start answers that it and its database are well.
 *
 * @throws Error when it does not within two minutes, or when somebody else answers in its place; the signal's reason.
 */
export async function waitForHealth(given: {
  port: number;
  listen: string;
  startId: string;
  signal: AbortSignal;
}): Promise<void> {
  const { port, listen, startId, signal } = given;
  const until = performance.now() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    const asked = AbortSignal.any([signal, AbortSignal.timeout(askMs)]);
    // Refused until it listens: the next try says more.
    const answer = await fetch(`${localUrl(port, listen)}/api/health`, { signal: asked }).catch(() => null);
    await answer?.body?.cancel();
    if (answer && answer.headers.get(startIdHeader) !== startId) throw await portTaken(port, listen);
    if (answer?.ok) return;
    if (performance.now() > until) throw new Error('the web process does not answer; its lines above say why.');
    await sleep(100, signal);
  }
}
