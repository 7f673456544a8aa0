import { z } from 'zod';
import { Secret } from './secret.ts';

/** A 32-byte key as base64url. */
const keySchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes as base64url (43 characters)')
  .transform((value) => new Secret(value));

const databaseUrlSchema = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
  .transform((value) => new Secret(value));

/** Addresses and networks, with commas between. */
const networksSchema = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((network) => network.trim() || []))
  .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'must be networks such as 10.0.0.0/8,fd00::/8')));

const shared = {
  NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
  ATOLL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  ATOLL_DATA_DIR: z.string().min(1),
  /** Connections of this process to PostgreSQL. */
  ATOLL_DATABASE_POOL: z.coerce.number().int().min(1).max(100).default(10),
};

const webSchema = z.object({
  ...shared,
  /** As the role of the web, which cannot read sealed columns. */
  ATOLL_WEB_DATABASE_URL: databaseUrlSchema,
  ATOLL_PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  ATOLL_LISTEN: z.string().default('127.0.0.1'),
  /** The one origin that people use: cookies, the Origin check and links depend on it, never on the Host header. */
  ATOLL_ORIGIN: z.url({ protocol: /^https?$/ }),
  ATOLL_CURSOR_KEY: keySchema,
  /** Opens what the web keeps for itself: seeds of one-time codes, passwords for directories. Never in the environment of the worker. */
  ATOLL_WEB_KEY: keySchema,
  /** Proxies in front of web: X-Forwarded-For and -Proto are believed from them alone. */
  ATOLL_TRUSTED_PROXIES: networksSchema,
  /** Set by start.ts, which looks for it in the answer of /api/health; nothing secret. */
  ATOLL_START_ID: z.string().max(64).default(''),
});

const workerSchema = z.object({
  ...shared,
  ATOLL_WORKER_DATABASE_URL: databaseUrlSchema,
  /** X25519 private key that opens sealed secrets. Never in the environment of the web. */
  ATOLL_SEALING_KEY: keySchema,
  /** Networks such as 10.0.0.0/8,fd00::/8 that images may be imported from although they are not public: a mirror of your own. */
  ATOLL_DOWNLOAD_NETWORKS: networksSchema,
  /** HOST:PORT where consoles are taken from webs on other machines; default: a unix socket in the data directory. */
  ATOLL_CONSOLE_LISTEN: z
    .string()
    .regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'must be HOST:PORT, such as 10.0.0.5:3100')
    .optional(),
});

export type WebEnv = z.output<typeof webSchema>;
export type WorkerEnv = z.output<typeof workerSchema>;

/** What the web must not even hold: an attacker inside it must find no way to a host. */
const forbiddenInWeb = ['ATOLL_SEALING_KEY', 'ATOLL_WORKER_DATABASE_URL', 'ATOLL_OWNER_DATABASE_URL', 'DATABASE_URL'];

/** Reads the environment of the web process. Throws one error that names everything that is wrong. */
export function readWebEnv(env: Record<string, string | undefined>): WebEnv {
  const held = forbiddenInWeb.filter((name) => env[name] !== undefined);
  if (held.length > 0) throw new EnvError(held.map((name) => `${name}: the web process must not hold this`));
  return read(webSchema, env);
}

/** Reads the environment of the worker process. Throws one error that names everything that is wrong. */
export function readWorkerEnv(env: Record<string, string | undefined>): WorkerEnv {
  return read(workerSchema, env);
}

/** The environment is not usable; the message lists every reason and never a value. */
export class EnvError extends Error {
  constructor(problems: string[]) {
    super(`The environment of this process is not usable:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'EnvError';
  }
}

function read<S extends z.ZodType<{ NODE_ENV: string }>>(
  schema: S,
  env: Record<string, string | undefined>,
): z.output<S> {
  const parsed = schema.safeParse(env);
  if (!parsed.success)
    throw new EnvError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  if (parsed.data.NODE_ENV === 'production') refuseDefaults(parsed.data);
  return parsed.data;
}

/** Words that people leave in examples. All are long enough that random base64url does not hold them by chance. */
const exampleWord = /change-?me|example|default|insecure|development|password|postgres/i;

/** Whether nobody drew this at random: short, of few different characters, or with a word of an example in it. */
const isWeak = (text: string): boolean => text.length < 16 || new Set(text).size < 10 || exampleWord.test(text);

function refuseDefaults(values: Record<string, unknown>): void {
  const problems: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const text: unknown = value instanceof Secret ? value.reveal() : undefined;
    if (typeof text !== 'string') continue;
    const part = name.endsWith('_DATABASE_URL') ? decodeURIComponent(new URL(text).password) : text;
    if (isWeak(part)) problems.push(`${name}: a default or development secret is refused in production`);
  }
  if (problems.length > 0) throw new EnvError(problems);
}
