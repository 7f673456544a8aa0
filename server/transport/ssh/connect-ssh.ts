import { NodeSSH } from 'node-ssh';
import type { Client } from 'ssh2';
import { TransportError } from '../transport-error.ts';
import { withDeadline } from '../with-deadline.ts';
import { algorithms, type HostKeyType, hostKeyTypes, watchStrictKex } from './algorithms.ts';
import { fingerprint } from './fingerprint.ts';
import { publicKeyOf } from './key-pair.ts';
import { scanHostKeys } from './scan-host-key.ts';
import { connectError } from './ssh-error.ts';
import { SshMachine } from './ssh-machine.ts';

export interface SshTarget {
  host: string;
  port: number;
  user: string;
  credential: SshCredential;
  /** SHA256:… of the one host key that is trusted. */
  hostKeyFingerprint: string;
}

export type SshCredential =
  | { type: 'private-key'; privateKey: string; passphrase?: string }
  | { type: 'password'; password: string };

interface ConnectOptions {
  /** Of TCP, handshake and sign-in together; default 5 s. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** A peer that answers nothing for 3 × 5 s is lost. */
const keepalive = { keepaliveInterval: 5_000, keepaliveCountMax: 3 };

/**
 * Opens the one SSH connection to a machine. The host key is compared before anything about us is sent.
 *
 * @throws TransportError `unreachable`, `refused`, `auth_failed`, `host_key_mismatch` (with what was offered),
 * `weak_crypto`, `timeout`, `aborted`, `protocol`.
 */
export async function connectSsh(target: SshTarget, options: ConnectOptions = {}): Promise<SshMachine> {
  try {
    return await connectOffering(hostKeyTypes, target, options);
  } catch (error) {
    if (!(error instanceof TransportError) || error.code !== 'host_key_mismatch') throw error;
    // A server has a key of each type and shows only one. Perhaps the pinned one is of another type.
    const pinned = (await scanHostKeys(target, options)).find((key) => key.fingerprint === target.hostKeyFingerprint);
    if (!pinned) throw error;
    return connectOffering([pinned.type], target, options);
  }
}

async function connectOffering(
  keyTypes: readonly HostKeyType[],
  target: SshTarget,
  { timeoutMs = 5_000, signal }: ConnectOptions,
): Promise<SshMachine> {
  const label = `${target.user}@${target.host}:${target.port}`;
  const ssh = new NodeSSH();
  const strictKex = watchStrictKex();
  let refused: TransportError | null = null;

  const hostVerifier = (key: Buffer): boolean => {
    const offered = fingerprint(key);
    if (!strictKex.agreed()) {
      refused = new TransportError('weak_crypto', `${label} does not speak strict key exchange: update its SSH server`);
    } else if (offered !== target.hostKeyFingerprint) {
      const message = `${label} showed host key ${offered}, not ${target.hostKeyFingerprint}`;
      refused = new TransportError('host_key_mismatch', message, { offeredFingerprint: offered });
    }
    return refused === null;
  };

  return withDeadline(`Connecting to ${label}`, { timeoutMs, signal, sent: false }, async (given) => {
    const connecting = ssh.connect({
      host: target.host,
      port: target.port,
      username: target.user,
      ...signIn(target.credential),
      algorithms: algorithms(keyTypes),
      hostVerifier,
      debug: strictKex.debug,
      readyTimeout: 0, // our deadline is the only one
      ...keepalive,
    });
    const client = ssh.connection;
    if (!client)
      return connecting.then(() => Promise.reject(new TransportError('protocol', 'node-ssh made no client')));
    // From here to its end the client always has somebody who listens for errors: an unheard one would end the process.
    const machine = new SshMachine(client, label);
    const giveUp = () => client.destroy();
    given.addEventListener('abort', giveUp, { once: true });
    try {
      await connecting;
      await openFirstSession(client);
      return machine;
    } catch (error) {
      machine.close();
      throw refused ?? connectError(label, error);
    } finally {
      given.removeEventListener('abort', giveUp);
    }
  });
}

/** Only the way that was chosen is tried: ssh2 would otherwise begin with `none` and go on to whatever else it has. */
function signIn(credential: SshCredential) {
  if (credential.type === 'password') {
    const { password } = credential;
    return {
      password,
      tryKeyboard: true,
      authHandler: ['password', 'keyboard-interactive'] as ('password' | 'keyboard-interactive')[],
    };
  }
  const { privateKey, passphrase } = credential;
  publicKeyOf(privateKey, passphrase);
  return { privateKey, passphrase, authHandler: ['publickey'] as 'publickey'[] };
}

/** How long the first session may keep a connection waiting that stands already. */
const firstSessionMs = 2_000;

/**
 * sshd turns Nagle's algorithm off only when a session opens, never for forwardings alone, and stalls of 40 ms follow.
 * A key that is restricted to forwarding may refuse the command, and an account's start-up files may be slow: then the
 * connection is slower, not broken.
 */
async function openFirstSession(client: Client): Promise<void> {
  client.setNoDelay(true);
  const opened = Promise.withResolvers<void>();
  const enough = setTimeout(opened.resolve, firstSessionMs);
  client.once('close', opened.resolve);
  client.exec('true', (error, channel) => {
    if (error) return opened.resolve();
    channel.once('close', opened.resolve).resume();
    channel.stderr.resume();
  });
  await opened.promise;
  clearTimeout(enough);
  client.off('close', opened.resolve);
}
