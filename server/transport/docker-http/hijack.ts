import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { DockerEndpoint } from './docker-agent.ts';
import { DockerError } from './docker-error.ts';
import type { DockerPath } from './docker-path.ts';
import { readAnswer } from './read-answer.ts';

/** A refusal is one line of words. */
const maxRefusalBytes = 64 * 1024;

/** A request whose answer is the connection itself. */
export interface HijackRequest {
  /** Such as 1.41. */
  version: string;
  path: DockerPath;
  query?: Record<string, string>;
  body?: object;
}

/**
 * Takes a connection over: bytes flow both ways only after the daemon itself has said 101, so that a refusal never becomes a raw pipe
 * to its other requests.
 *
 * @throws DockerError when the daemon says no; Node's own errors when it says nothing.
 */
export async function hijack(
  endpoint: DockerEndpoint,
  agent: http.Agent,
  request: HijackRequest,
  signal: AbortSignal,
): Promise<Duplex> {
  const query = request.query ? `?${new URLSearchParams(request.query)}` : '';
  const body = request.body === undefined ? '' : JSON.stringify(request.body);
  const options: http.RequestOptions = {
    agent,
    signal,
    method: 'POST',
    path: `/v${request.version}${request.path}${query}`,
    headers: {
      host: 'docker',
      connection: 'Upgrade',
      upgrade: 'tcp',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  };
  const opened = Promise.withResolvers<Duplex>();
  const sent =
    endpoint.type === 'tls'
      ? https.request({ ...options, host: endpoint.host, port: endpoint.port })
      : http.request({ ...options, host: 'docker', port: 80 });
  sent.once('error', opened.reject);
  sent.once('response', (answer) => {
    readAnswer(`POST ${request.path}`, answer, maxRefusalBytes).then(
      () => opened.reject(new DockerError(answer.statusCode ?? 0, 'Docker did not hand its connection over')),
      opened.reject,
    );
  });
  sent.once('upgrade', (_answer, socket, head) => {
    if (head.length > 0) socket.unshift(head);
    opened.resolve(socket);
  });
  sent.end(body);
  return opened.promise;
}
