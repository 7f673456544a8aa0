import type http from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import Dockerode from 'dockerode';
import { TransportError } from '../transport-error.ts';
import { withDeadline } from '../with-deadline.ts';
import { chooseApiVersion } from './api-version.ts';
import { type DockerEndpoint, dockerAgent } from './docker-agent.ts';
import { DockerError } from './docker-error.ts';
import { dockerPath } from './docker-path.ts';
import { type DockerRequest, sendRequest } from './docker-request.ts';
import { type HijackRequest, hijack } from './hijack.ts';
import { httpError } from './http-error.ts';
import { jsonLines } from './json-lines.ts';
import { isAccepted, readAnswer } from './read-answer.ts';

export interface CallLimits {
  timeoutMs: number;
  signal?: AbortSignal;
  /** Longest answer that is read; default 32 MiB. */
  maxBytes?: number;
}

export interface DockerVersion {
  version: string;
  apiVersion: string;
  /** The version of the API that we speak with it. */
  spoken: string;
  components: string[];
}

interface Negotiated {
  docker: Dockerode;
  version: DockerVersion;
}

const maxAnswerBytes = 32 * 1024 * 1024;

/**
 * Docker's HTTP API on one endpoint, over kept connections. dockerode's modem writes the requests; reading the answers
 * is ours, because the modem has no limit for them and never notices when one is cut off.
 *
 * Calls reject with {@link DockerError} when the daemon says no, with {@link TransportError} when it says nothing.
 */
export class DockerClient {
  readonly #endpoint: DockerEndpoint;
  readonly #agent: http.Agent;
  readonly #closed = new AbortController();
  #negotiated: Promise<Negotiated> | null = null;

  constructor(endpoint: DockerEndpoint) {
    this.#endpoint = endpoint;
    this.#agent = dockerAgent(endpoint);
  }

  /** One call with a whole answer: parsed JSON, or null where there is none. 304 (already so) is an answer like 200. */
  async request(request: DockerRequest, limits: CallLimits): Promise<{ status: number; body: unknown }> {
    const what = `${request.method} ${request.path}`;
    const maxBytes = limits.maxBytes ?? maxAnswerBytes;
    const once = () =>
      this.#during(what, limits, async (signal) => {
        const { docker } = await this.#speak(limits);
        const answer = await sendRequest(docker, request, signal);
        return { status: answer.statusCode ?? 0, body: await readAnswer(what, answer, maxBytes) };
      });
    try {
      return await once();
    } catch (error) {
      // The daemon may close a kept connection just when we use it. Only reading may be repeated without a look.
      const repeatable = request.method === 'GET' || request.method === 'HEAD';
      if (repeatable && error instanceof TransportError && error.code === 'lost') return once();
      throw error;
    }
  }

  /**
   * A call whose answer is a stream of JSON lines (events, pull, load). The deadline holds until the first byte of the
   * answer; then only the signal ends it. Leaving the iteration closes the stream.
   */
  async stream(request: DockerRequest, limits: CallLimits): Promise<AsyncGenerator<Record<string, unknown>>> {
    const what = `${request.method} ${request.path}`;
    const ended = limits.signal ? AbortSignal.any([limits.signal, this.#closed.signal]) : this.#closed.signal;
    const answer = await this.#during(what, limits, async (signal) => {
      const { docker } = await this.#speak(limits);
      const response = await sendRequest(docker, request, signal, ended);
      if (!isAccepted(response)) await readAnswer(what, response, maxAnswerBytes);
      return response;
    });
    return readLines(what, answer, ended);
  }

  /**
   * A call whose answer is a stream of bytes (logs). The deadline holds until the head of the answer; `ended` ends it later. Whoever
   * leaves it destroys it.
   */
  async bytes(request: DockerRequest, limits: CallLimits, ended: AbortSignal): Promise<Readable> {
    const what = `${request.method} ${request.path}`;
    const over = AbortSignal.any([ended, this.#closed.signal]);
    return this.#during(what, limits, async (signal) => {
      const { docker } = await this.#speak(limits);
      const answer = await sendRequest(docker, request, signal, over);
      if (!isAccepted(answer)) await readAnswer(what, answer, maxAnswerBytes);
      return answer;
    });
  }

  /** Takes over the connection of a call (exec, attach): a raw byte stream both ways. The limits are for the opening only. */
  async hijack(request: Omit<HijackRequest, 'version'>, limits: CallLimits): Promise<Duplex> {
    return this.#during(`POST ${request.path}`, limits, async (signal) => {
      const { version } = await this.#speak(limits);
      const opening = new AbortController();
      const giveUp = () => opening.abort(signal.reason);
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        const taken = await hijack(
          this.#endpoint,
          this.#agent,
          { ...request, version: version.spoken },
          opening.signal,
        );
        const hangUp = () => taken.destroy();
        this.#closed.signal.addEventListener('abort', hangUp, { once: true });
        taken.once('close', () => this.#closed.signal.removeEventListener('abort', hangUp));
        return taken;
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    });
  }

  /** What the daemon says it is, and the version of the API that is spoken with it. */
  async version(limits: CallLimits): Promise<DockerVersion> {
    return this.#during('GET /version', limits, async () => (await this.#speak(limits)).version);
  }

  close(): void {
    this.#closed.abort();
    this.#agent.destroy();
  }

  async #during<T>(what: string, limits: CallLimits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = limits.signal ? AbortSignal.any([limits.signal, this.#closed.signal]) : this.#closed.signal;
    try {
      return await withDeadline(what, { timeoutMs: limits.timeoutMs, signal }, work);
    } catch (error) {
      if (error instanceof DockerError) throw error;
      const failure = httpError(what, error);
      if (failure.code !== 'aborted') this.#negotiated = null; // it may be another daemon that answers next time
      throw failure;
    }
  }

  /** Asks once which versions the daemon speaks: dockerode would speak its newest, whatever that means by then. */
  #speak(limits: CallLimits): Promise<Negotiated> {
    this.#negotiated ??= this.#negotiate(limits);
    return this.#negotiated;
  }

  async #negotiate({ timeoutMs }: CallLimits): Promise<Negotiated> {
    // Shared by all callers that wait for it, so no single caller's signal may end it.
    const limits = { timeoutMs, signal: this.#closed.signal, sent: false };
    try {
      return await withDeadline('GET /version', limits, async (signal) => {
        const answer = await sendRequest(this.#dockerode(), { method: 'GET', path: dockerPath`/version` }, signal);
        const version = parseVersion(await readAnswer('GET /version', answer, maxAnswerBytes));
        return { docker: this.#dockerode(`v${version.spoken}`), version };
      });
    } catch (error) {
      this.#negotiated = null;
      if (error instanceof DockerError) throw error;
      const failure = httpError('GET /version', error);
      if (!failure.sent) throw failure;
      throw new TransportError(failure.code, failure.message, { cause: failure, sent: false });
    }
  }

  #dockerode(version?: string): Dockerode {
    // Everything is given, so that no DOCKER_* variable of our environment has a say.
    const common = { agent: this.#agent, version, pathPrefix: '/', socketPath: undefined, timeout: undefined };
    if (this.#endpoint.type === 'machine') {
      return new Dockerode({
        ...common,
        protocol: 'http',
        host: 'docker',
        port: 80,
        ca: undefined,
        cert: undefined,
        key: undefined,
      });
    }
    const { host, port, ca, cert, key } = this.#endpoint;
    return new Dockerode({ ...common, protocol: 'https', host, port, ca, cert, key });
  }
}

function parseVersion(body: unknown): DockerVersion {
  const fields = (body ?? {}) as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const components = Array.isArray(fields.Components) ? fields.Components.map((each) => String(each?.Name)) : [];
  const apiVersion = text('ApiVersion');
  const spoken = chooseApiVersion(text('MinAPIVersion'), apiVersion);
  return { version: text('Version'), apiVersion, spoken, components };
}

async function* readLines(
  what: string,
  answer: IncomingMessage,
  ended: AbortSignal,
): AsyncGenerator<Record<string, unknown>> {
  try {
    yield* jsonLines(answer);
  } catch (error) {
    if (ended.aborted) throw new TransportError('aborted', `${what} was aborted`, { cause: error });
    throw httpError(what, error);
  }
}
