import type { Duplex, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ZodType } from 'zod';
import type { DockerClient } from '#server/transport/docker-http/docker-client.ts';
import { DockerError } from '#server/transport/docker-http/docker-error.ts';
import type { DockerPath } from '#server/transport/docker-http/docker-path.ts';
import type { DockerRequest } from '#server/transport/docker-http/docker-request.ts';
import { type CallOptions, DriverError } from '../driver.ts';
import { dockerFailure } from './docker-failure.ts';

/** One verb of the driver: the requests that it takes share its deadline. */
export class Call {
  readonly signal: AbortSignal;
  readonly #endsAtMs: number;

  constructor(options: CallOptions) {
    this.signal = options.signal;
    this.#endsAtMs = performance.now() + options.timeoutMs;
  }

  /** What is left for the next request; never 0, so that a late one fails with a timeout and not otherwise. */
  get limits(): CallOptions {
    return { signal: this.signal, timeoutMs: Math.max(1, Math.ceil(this.#endsAtMs - performance.now())) };
  }

  /** Waits before the next request; when the signal fires it returns, and the request says so. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.signal }).catch(() => undefined);
  }
}

type Query = DockerRequest['query'];

/** Docker's API with our errors, and with answers that were looked at. Every method throws DriverError. */
export class DockerEngine {
  readonly client: DockerClient;

  constructor(client: DockerClient) {
    this.client = client;
  }

  async get<T>(call: Call, schema: ZodType<T>, path: DockerPath, query?: Query): Promise<T> {
    const { body } = await this.#send(call, { method: 'GET', path, query });
    return parse(schema, path, body);
  }

  /** As `get`, but null where Docker has no such thing. */
  async find<T>(call: Call, schema: ZodType<T>, path: DockerPath): Promise<T | null> {
    try {
      return await this.get(call, schema, path);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  async post(call: Call, path: DockerPath, request: { query?: Query; body?: object } = {}): Promise<unknown> {
    return (await this.#send(call, { method: 'POST', path, ...request })).body;
  }

  /** Deletes; what is not there is deleted. */
  async delete(call: Call, path: DockerPath, query?: Query): Promise<void> {
    try {
      await this.#send(call, { method: 'DELETE', path, query });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** A raw connection to a process (exec, attach); the call bounds its opening. */
  async hijack(
    call: Call,
    path: DockerPath,
    request: { query?: Record<string, string>; body?: object },
  ): Promise<Duplex> {
    try {
      return await this.client.hijack({ path, ...request }, call.limits);
    } catch (error) {
      throw dockerFailure(`POST ${path}`, error);
    }
  }

  /** An answer as bytes, until `stop` fires or whoever reads it leaves. */
  async bytes(call: Call, path: DockerPath, query: Query, stop: AbortSignal): Promise<Readable> {
    try {
      return await this.client.bytes({ method: 'GET', path, query }, call.limits, stop);
    } catch (error) {
      throw dockerFailure(`GET ${path}`, error);
    }
  }

  async #send(call: Call, request: DockerRequest): Promise<{ status: number; body: unknown }> {
    try {
      return await this.client.request(request, call.limits);
    } catch (error) {
      throw dockerFailure(`${request.method} ${request.path}`, error);
    }
  }
}

export function isNotFound(error: unknown): boolean {
  return hasStatus(error, 404);
}

/** Whether the daemon itself answered with this status. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof DriverError && error.cause instanceof DockerError && error.cause.status === status;
}

function parse<T>(schema: ZodType<T>, path: DockerPath, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join('.');
  const message = `Docker answered ${path} in a form that Atoll does not know (at ${where}).`;
  throw new DriverError('driver_failed', message, { outcome: 'unknown', cause: result.error });
}
