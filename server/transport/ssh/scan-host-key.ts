import ssh2 from 'ssh2';
import { TransportError } from '../transport-error.ts';
import { withDeadline } from '../with-deadline.ts';
import { algorithms, type HostKeyType, hostKeyTypes } from './algorithms.ts';
import { fingerprint, keyBlobType } from './fingerprint.ts';
import { connectError } from './ssh-error.ts';

export interface ScannedHostKey {
  type: HostKeyType;
  fingerprint: string;
}

/** A server has one ECDSA key as a rule, so the curves are asked for together. */
const families = [
  hostKeyTypes.filter((type) => type === 'ssh-ed25519'),
  hostKeyTypes.filter((type) => type.startsWith('ecdsa-')),
  hostKeyTypes.filter((type) => type === 'ssh-rsa'),
];

/**
 * The host keys that a server shows, best first: one handshake per family of keys, each broken off when the key has
 * come, so that no sign-in is ever tried.
 *
 * @throws TransportError `unreachable`, `refused`, `weak_crypto` (no key that we accept), `timeout`, `aborted`, `protocol`.
 */
export async function scanHostKeys(
  target: { host: string; port: number },
  { timeoutMs = 10_000, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<ScannedHostKey[]> {
  const label = `${target.host}:${target.port}`;
  return withDeadline(`Reading the host keys of ${label}`, { timeoutMs, signal, sent: false }, async (given) => {
    const answers = await Promise.allSettled(families.map((family) => offeredKey(target, label, family, given)));
    const keys = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    if (keys.length > 0) return keys;
    // Which family failed for which reason matters little, but "nobody is there" says more than "no such key".
    const errors = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [connectError(label, answer.reason)] : [],
    );
    const noSuchKey = new TransportError('weak_crypto', `${label} shows no host key that is accepted`, { sent: false });
    throw errors.find((error) => error.code !== 'weak_crypto') ?? noSuchKey;
  });
}

function offeredKey(
  target: { host: string; port: number },
  label: string,
  family: readonly HostKeyType[],
  signal: AbortSignal,
): Promise<ScannedHostKey> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const finish = () => client.destroy();
    signal.addEventListener('abort', finish, { once: true });
    client.on('error', reject);
    client.once('close', () => {
      signal.removeEventListener('abort', finish);
      reject(new TransportError('unreachable', `${label} closed the connection before it showed a key`));
    });
    const hostVerifier = (key: Buffer): boolean => {
      const type = hostKeyTypes.find((known) => known === keyBlobType(key));
      if (type) resolve({ type, fingerprint: fingerprint(key) });
      else reject(new TransportError('protocol', `${label} showed a key of another type than it had agreed to`));
      return false;
    };
    client.connect({ ...target, username: 'nobody', algorithms: algorithms(family), hostVerifier, readyTimeout: 0 });
  });
}
