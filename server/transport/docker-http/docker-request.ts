import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import type { DockerPath } from './docker-path.ts';

export interface DockerRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  path: DockerPath;
  /** Objects are sent as JSON, as Docker's `filters` want it; undefined is left out. */
  query?: Record<string, string | number | boolean | object | undefined>;
  body?: object;
  /** A tar to upload instead of a body. */
  tar?: Readable;
  registryAuth?: { username: string; password: string; serveraddress?: string };
}

/** docker-modem makes errors of other codes and reads their bodies without a limit: we judge every answer ourselves. */
const everyStatus = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [100 + i, true]));

/**
 * Sends a request and answers as soon as the head of the answer is there. Until then `signal` gives it up; `ended` may
 * end it later, while the body is read.
 */
export async function sendRequest(
  docker: Dockerode,
  { method, path, query = {}, body = {}, tar, registryAuth }: DockerRequest,
  signal: AbortSignal,
  ended: AbortSignal = signal,
): Promise<IncomingMessage> {
  const asked = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  signal.addEventListener('abort', giveUp, { once: true });
  ended.addEventListener('abort', giveUp, { once: true });
  const options = {
    method,
    path: Object.keys(asked).length > 0 ? `${path}?` : path,
    options: method === 'POST' ? { _query: asked, _body: body } : asked,
    file: tar,
    authconfig: registryAuth,
    abortSignal: stop.signal,
    isStream: true,
    statusCodes: everyStatus,
  };
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      docker.modem.dial(options, (error: unknown, got: unknown) =>
        error ? reject(error) : resolve(got as IncomingMessage),
      );
    });
    answer.once('close', () => ended.removeEventListener('abort', giveUp));
    return answer;
  } catch (error) {
    ended.removeEventListener('abort', giveUp);
    throw error;
  } finally {
    if (signal !== ended) signal.removeEventListener('abort', giveUp);
  }
}
