import { sleep } from '#server/platform/clock.ts';

/** Next reads its build and PostgreSQL may have to recover; after this something is wrong. */
const patienceMs = 120_000;

/**
 * Resolves when the web process answers that it and its database are well.
 *
 * @throws Error when it does not within two minutes; the signal's reason.
 */
export async function waitForHealth(port: number, listen: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + patienceMs;
  const host = listen === '0.0.0.0' || listen === '::' ? '127.0.0.1' : listen;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/api/health`;
  for (;;) {
    signal.throwIfAborted();
    // Refused until it listens: the next try says more.
    const healthy = await fetch(url, { signal }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) return;
    if (performance.now() > until) throw new Error('the web process does not answer; its lines above say why.');
    await sleep(100, signal);
  }
}
