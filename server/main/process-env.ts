import type { DataDirectory, InstallationSecrets } from './data-directory.ts';
import type { StartOptions } from './start-options.ts';

/** What both processes inherit of our own environment: nothing that could hold a secret. */
const inherited = [
  'PATH',
  'LANG',
  'TZ',
  'ATOLL_LOG_LEVEL',
  'ATOLL_DATABASE_POOL',
  'ATOLL_DOWNLOAD_NETWORKS',
  'ATOLL_CRASH_AT',
];

interface Given {
  options: StartOptions;
  directory: DataDirectory;
  secrets: InstallationSecrets;
  env: NodeJS.ProcessEnv;
  /** Names this start: web says it with its health. */
  startId: string;
}

function common({ directory, env }: Given): NodeJS.ProcessEnv {
  const kept = inherited.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return {
    ...Object.fromEntries(kept),
    NODE_ENV: env.NODE_ENV === 'development' ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    ATOLL_DATA_DIR: directory.root,
  };
}

/** The whole environment of the web process: no key that opens what is sealed, no other role's password. */
export function webEnv(given: Given, databaseUrl: string): NodeJS.ProcessEnv {
  const { options, secrets } = given;
  return {
    ...common(given),
    ATOLL_WEB_DATABASE_URL: databaseUrl,
    ATOLL_PORT: String(options.port),
    ATOLL_LISTEN: options.listen,
    ATOLL_ORIGIN: options.origin,
    ATOLL_START_ID: given.startId,
    ATOLL_TRUSTED_PROXIES: options.trustedProxies.join(','),
    ATOLL_CURSOR_KEY: secrets.cursorKey.reveal(),
    ATOLL_WEB_KEY: secrets.webKey.reveal(),
  };
}

/** The whole environment of the worker process. */
export function workerEnv(given: Given, databaseUrl: string): NodeJS.ProcessEnv {
  return {
    ...common(given),
    ATOLL_WORKER_DATABASE_URL: databaseUrl,
    ...(given.env.ATOLL_CONSOLE_LISTEN && { ATOLL_CONSOLE_LISTEN: given.env.ATOLL_CONSOLE_LISTEN }),
    ATOLL_SEALING_KEY: given.secrets.sealing.private.privateKey.reveal(),
  };
}
