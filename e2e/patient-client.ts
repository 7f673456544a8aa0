import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../server/contract/operation.ts';

/** An answer that repeating the request does not change. */
export class RefusedError extends Error {
  readonly status: number;
  readonly problem: { code?: string; detail?: string };

  constructor(what: string, status: number, problem: { code?: string; detail?: string }) {
    super(`${what}: ${status} ${problem.code ?? ''} ${problem.detail ?? ''}`);
    this.status = status;
    this.problem = problem;
  }
}

/** REST as a good client uses it, on the kept connections of fetch. */
export interface PatientClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
  /** Sends bytes. Not repeated. */
  put(path: string, body: Blob): Promise<void>;
  /** Waits until an operation is done, however it ends. */
  finished(operation: { id: string }): Promise<Operation>;
  /** How many requests were sent again because no answer came, or one that asks for it. */
  readonly repeated: number;
}

/** Answers after which docs/guides/rest.md has a client ask again: this key is at work, too many requests, not available. */
const asksAgain = ({ status, problem }: RefusedError): boolean =>
  status === 429 || status >= 500 || problem.code === 'idempotency_in_flight';

/**
 * A client of `${url}/api/v1` that repeats what got no answer, under the same Idempotency-Key, for up to `patienceMs`.
 * @throws RefusedError for an answer that is final; the last failure when the patience is at its end.
 */
export function patientClient(url: string, token: string, patienceMs = 180_000): PatientClient {
  let repeated = 0;

  async function once<T>(method: string, path: string, headers: Record<string, string>, body?: string | Blob) {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      body,
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as T };
  }

  async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = method === 'GET' ? {} : { 'idempotency-key': randomUUID() };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const text = body === undefined ? undefined : JSON.stringify(body);
    const deadline = performance.now() + patienceMs;
    for (let attempt = 0; ; attempt++) {
      let pauseMs = Math.min(2_000, 100 * 2 ** attempt);
      try {
        const answer = await once<T>(method, path, headers, text);
        if (answer.status < 400) return answer.body;
        pauseMs = Math.max(pauseMs, 1_000 * Number(answer.headers.get('retry-after') ?? 0));
        throw new RefusedError(`${method} ${path}`, answer.status, answer.body as RefusedError['problem']);
      } catch (error) {
        // All else is fetch's: no connection, or one that broke before the answer was whole.
        const isFinal = error instanceof RefusedError && !asksAgain(error);
        if (isFinal || performance.now() > deadline) throw error;
      }
      repeated += 1;
      await sleep(pauseMs);
    }
  }

  return {
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    delete: (path) => send('DELETE', path),
    async put(path, body) {
      const answer = await once<{ code?: string }>('PUT', path, { 'content-type': 'application/octet-stream' }, body);
      if (answer.status >= 400) throw new RefusedError(`PUT ${path}`, answer.status, answer.body);
    },
    async finished({ id }) {
      const deadline = performance.now() + patienceMs * 2;
      for (;;) {
        const operation = await send<Operation>('GET', `/operations/${id}?wait=30s`);
        if (operation.done) return operation;
        if (performance.now() > deadline) throw new Error(`${operation.kind} ${id} is still ${operation.state}`);
      }
    },
    get repeated() {
      return repeated;
    },
  };
}
