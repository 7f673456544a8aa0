import { createServer } from 'node:net';
import { sleep } from '#server/platform/clock.ts';
import { findPortHolder } from './port-holder.ts';

/** A web process that was told to end gives its port back within moments; who still has it after this means to keep it. */
const patienceMs = 3_000;
/** Whoever holds the port may be no HTTP server and never answer. */
const askMs = 2_000;

/** Where a process of this machine reaches what listens on `listen`. */
export function localUrl(port: number, listen: string): string {
  const host = listen === '0.0.0.0' || listen === '::' ? '127.0.0.1' : listen;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Makes sure that the web process will get its port.
 *
 * @throws Error that says who has it, or why the address cannot be used; the signal's reason.
 */
export async function requirePort(port: number, listen: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const failure = await tryToListen(port, listen);
    if (failure === null) return;
    if (failure.code === 'EACCES') throw new Error(`this user may not listen on port ${port}: take one from 1024 on.`);
    if (failure.code === 'EADDRNOTAVAIL' || failure.code === 'ENOTFOUND')
      throw new Error(`${listen} is no address of this machine: see --host.`);
    if (failure.code !== 'EADDRINUSE') throw failure;
    if (performance.now() > until) throw await portTaken(port, listen);
    await sleep(200, signal);
  }
}

/** The error for a port that somebody else has, with all that can be found out about them. */
export async function portTaken(port: number, listen: string): Promise<Error> {
  const [holder, version] = await Promise.all([findPortHolder(port), atollVersionAt(port, listen)]);
  const who = version === null ? 'another program' : `another Atoll (version ${version})`;
  const process = holder === null ? '' : `, process ${holder.pid}: ${holder.command}`;
  return new Error(
    `port ${port} of ${listen} is taken by ${who}${process}\nStop that one, or choose another port with --port.`,
  );
}

function tryToListen(port: number, listen: string): Promise<NodeJS.ErrnoException | null> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', resolve);
    probe.listen(port, listen, () => probe.close(() => resolve(null)));
  });
}

/** The version of the Atoll that answers there; null for anything else. */
async function atollVersionAt(port: number, listen: string): Promise<string | null> {
  try {
    const answer = await fetch(`${localUrl(port, listen)}/api/health`, { signal: AbortSignal.timeout(askMs) });
    const said: unknown = await answer.json();
    if (typeof said !== 'object' || said === null || !('status' in said) || !('version' in said)) return null;
    return typeof said.version === 'string' && /^[\w.+-]{1,40}$/.test(said.version) ? said.version : null;
  } catch {
    // No HTTP, no JSON or no answer: not an Atoll.
    return null;
  }
}
