import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Record<string, string>;
  body: T;
}

/** REST as a person would use it: curl with a bearer token. */
export interface Curl {
  get<T>(path: string): Promise<Answer<T>>;
  post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  send<T>(
    method: string,
    path: string,
    options?: { body?: unknown; file?: string; headers?: Record<string, string> },
  ): Promise<Answer<T>>;
}

/** A curl that speaks to `${url}/api/v1`; each POST carries a fresh Idempotency-Key unless one is given. */
export function curlWith(url: string, token: string): Curl {
  const send: Curl['send'] = async <T>(method: string, path: string, options: Parameters<Curl['send']>[2] = {}) => {
    const headers: Record<string, string> = { Authorization: `Bearer ${token}`, ...options.headers };
    if (method === 'POST') headers['Idempotency-Key'] ??= randomUUID();
    const args = [
      '-sS',
      '--max-time',
      '150',
      '-X',
      method,
      '-w',
      '\n%{http_code}\n%{header_json}',
      `${url}/api/v1${path}`,
    ];
    if (options.body !== undefined) {
      headers['Content-Type'] = 'application/json';
      args.push('--data-binary', JSON.stringify(options.body));
    }
    if (options.file !== undefined) {
      headers['Content-Type'] ??= 'application/octet-stream';
      args.push('--data-binary', `@${options.file}`);
    }
    for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
    const { stdout } = await run('curl', args, { maxBuffer: 64 * 2 ** 20 });
    return readAnswer<T>(stdout);
  };
  return {
    send,
    get: (path) => send('GET', path),
    post: (path, body, headers) => send('POST', path, { body, headers }),
  };
}

/** Body, status and headers, as `-w '\n%{http_code}\n%{header_json}'` appends them. */
function readAnswer<T>(stdout: string): Answer<T> {
  const found = /^(.*)\n(\d{3})\n(\{.*\})\s*$/s.exec(stdout);
  if (!found) throw new Error(`curl said: ${stdout}`);
  const [, text = '', status, headers = '{}'] = found;
  const lists = JSON.parse(headers) as Record<string, string[]>;
  return {
    status: Number(status),
    headers: Object.fromEntries(Object.entries(lists).map(([name, values]) => [name.toLowerCase(), values[0] ?? ''])),
    body: (text === '' ? null : JSON.parse(text)) as T,
  };
}
