import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { networkSet } from '#server/platform/outbound-http/public-address.ts';
import { UsageError } from './usage-error.ts';

export interface StartOptions {
  port: number;
  /** Address that the web process listens on. */
  listen: string;
  /** Absolute path of the data directory. */
  dataDir: string;
  addLocalHost: boolean;
  /** Absolute path of a disk image that becomes a public image, or null. */
  seedImage: string | null;
  /** What people type into the browser; cookies and the Origin check depend on it. */
  origin: string;
  /** Addresses and networks of proxies whose X-Forwarded-For and -Proto are believed. */
  trustedProxies: string[];
  /** A PostgreSQL server of the admin's own; null starts the embedded one. */
  databaseUrl: string | null;
}

export const startUsage = `Usage: npm start -- [options]
  --port PORT         where the web interface listens; default 3000
  --host ADDRESS      its address; default 127.0.0.1, this machine only
  --data DIR          where Atoll keeps its data; default ./data
  --trusted-proxies NETWORKS  proxies in front of Atoll, such as 127.0.0.1,10.0.0.0/8
  --add-local-host    add this machine as a host, unless it is one
  --seed-image PATH   offer this disk image to every project, unless it is offered
Environment: DATABASE_URL (your own PostgreSQL), ATOLL_ORIGIN (public address behind a proxy),
ATOLL_TRUSTED_PROXIES, ATOLL_LOG_LEVEL`;

/** Reads the command line and environment of \`npm start\`; null when help was asked for. @throws UsageError and parseArgs' errors. */
export function readStartOptions(args: string[], env: Record<string, string | undefined>): StartOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '3000' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string', default: 'data' },
      'add-local-host': { type: 'boolean', default: false },
      'seed-image': { type: 'string' },
      'trusted-proxies': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port < 1 || port > 65_535) {
    throw new UsageError(`--port ${values.port}: a port is a number from 1 to 65535.`);
  }
  const databaseUrl = env.DATABASE_URL || null;
  if (databaseUrl !== null && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new UsageError('DATABASE_URL: it begins with postgresql://');
  }
  return {
    port,
    listen: values.host,
    dataDir: resolve(values.data),
    addLocalHost: values['add-local-host'],
    seedImage: values['seed-image'] === undefined ? null : resolve(values['seed-image']),
    origin: readOrigin(env.ATOLL_ORIGIN || `http://${browserHost(values.host)}:${port}`),
    trustedProxies: readNetworks(values['trusted-proxies'] ?? env.ATOLL_TRUSTED_PROXIES ?? ''),
    databaseUrl,
  };
}

/** Listening everywhere is no address that a browser can open. */
function browserHost(listen: string): string {
  if (listen === '0.0.0.0' || listen === '::') return 'localhost';
  return listen.includes(':') ? `[${listen}]` : listen;
}

function readNetworks(text: string): string[] {
  const networks = text.split(',').flatMap((network) => network.trim() || []);
  try {
    networkSet(networks);
  } catch {
    throw new UsageError(
      `--trusted-proxies ${text}: write addresses or networks such as 127.0.0.1,10.0.0.0/8,fd00::/8.`,
    );
  }
  return networks;
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${text}: an origin is an address such as https://cloud.example.org, without a path.`);
  }
  return url.origin;
}
