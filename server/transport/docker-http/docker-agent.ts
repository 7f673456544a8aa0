import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import type { Machine } from '../machine.ts';
import { TransportError } from '../transport-error.ts';

/** Where a Docker daemon listens: a unix socket of a machine, or TCP with TLS certificates on both sides. */
export type DockerEndpoint =
  | { type: 'machine'; machine: Machine; socketPath: string }
  | { type: 'tls'; host: string; port: number; ca: string; cert: string; key: string };

type Connected = (error: Error | null, socket?: Duplex) => void;

/** Enough for some event and log streams beside the calls; a few idle connections are kept. */
const pool = { keepAlive: true, maxSockets: 64, maxFreeSockets: 4, scheduling: 'lifo' } as const;

/** How long TCP and the TLS handshake may take together. */
const connectTimeoutMs = 5_000;

/** The connection pool of one endpoint. */
export function dockerAgent(endpoint: DockerEndpoint): http.Agent {
  return endpoint.type === 'machine' ? new MachineAgent(endpoint.machine, endpoint.socketPath) : new TlsAgent(endpoint);
}

/** Opens a new stream on the one connection to the machine for each socket that node:http wants. */
class MachineAgent extends http.Agent {
  readonly #machine: Machine;
  readonly #socketPath: string;

  constructor(machine: Machine, socketPath: string) {
    super(pool);
    this.#machine = machine;
    this.#socketPath = socketPath;
  }

  override createConnection(_options: http.ClientRequestArgs, connected: Connected): null {
    this.#machine.openUnixSocket(this.#socketPath).then(
      (socket) => connected(null, socket),
      (error: Error) => connected(error),
    );
    return null;
  }

  /** docker-modem inspects its options to any depth on every call: slow, and our keys are down there. */
  [inspect.custom](): string {
    return 'MachineAgent';
  }
}

class TlsAgent extends https.Agent {
  constructor({ ca, cert, key }: { ca: string; cert: string; key: string }) {
    super({ ...pool, ca, cert, key, minVersion: 'TLSv1.2' });
  }

  override createConnection(...args: Parameters<https.Agent['createConnection']>): Duplex | null | undefined {
    const socket = super.createConnection(...args);
    const giveUp = () => socket?.destroy(new TransportError('timeout', 'No TLS connection in time', { sent: false }));
    const timer = setTimeout(giveUp, connectTimeoutMs);
    socket?.once('secureConnect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
    return socket;
  }

  [inspect.custom](): string {
    return 'TlsAgent';
  }
}
