import { z } from 'zod';
import type { HostRow } from '#server/db/host-store.ts';
import type { SecretRef } from '#server/db/sealed-secret-store.ts';
import { DockerDriver } from '#server/drivers/docker/docker-driver.ts';
import { LibvirtDriver } from '#server/drivers/libvirt/libvirt-driver.ts';
import type { Secret } from '#server/platform/secret.ts';
import { KeptMachine } from '#server/transport/kept-machine.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import type { Machine } from '#server/transport/machine.ts';
import { connectSsh, type SshCredential } from '#server/transport/ssh/connect-ssh.ts';
import { TransportError } from '#server/transport/transport-error.ts';
import type { OpenHost } from './host-link.ts';
import { connectKnown, type KnownHost } from './machine-identity.ts';

export interface OpenHostParts {
  /** Atoll's own SSH key. */
  sshKey: Secret<string>;
  openSecret(ref: SecretRef): Promise<Secret<string> | null>;
  /** The host as it is known now: a link outlives the first look at its machine. */
  known(hostId: string): Promise<KnownHost>;
}

/** Where Docker listens on every distribution that we know. */
const dockerSocketPath = '/run/docker.sock';

const privateKeySchema = z.strictObject({ privateKey: z.string(), passphrase: z.string().optional() });

/**
 * Makes the machine and the drivers of a host. Nothing is connected yet: each connects when it is first asked, and again
 * after a loss. Credentials of SSH are opened for each sign-in and not kept.
 */
export async function openHost(parts: OpenHostParts, host: HostRow): Promise<OpenHost> {
  switch (host.connectionType) {
    case 'local':
      return onMachine(localMachine(parts, host), host);
    case 'ssh':
      return onMachine(sshMachine(parts, host), host);
    case 'docker-tls': {
      const { tlsCa: ca, tlsCert: cert, port } = host;
      const key = await parts.openSecret({ ownerType: 'host', ownerId: host.id, purpose: 'tls-key' });
      if (ca === null || cert === null || key === null) throw missing(host, 'a certificate');
      const endpoint = { type: 'tls', host: addressOf(host), port: port ?? 2376, ca, cert, key: key.reveal() } as const;
      return { machine: null, drivers: [new DockerDriver(endpoint)] };
    }
  }
}

function onMachine(machine: Machine, host: HostRow): OpenHost {
  const socketPath = host.dockerSocket ?? dockerSocketPath;
  return {
    machine,
    drivers: [
      new LibvirtDriver({ machine, socketPath: host.libvirtSocket ?? undefined }),
      new DockerDriver({ type: 'machine', machine, socketPath }),
    ],
  };
}

/** This machine, unless the data directory has moved to another since the host was added. */
function localMachine(parts: OpenHostParts, host: HostRow): KeptMachine {
  const connect = (signal: AbortSignal) =>
    connectKnown(
      () => parts.known(host.id),
      async () => new LocalMachine(),
      signal,
    );
  return new KeptMachine({ label: 'local', connect });
}

function sshMachine(parts: OpenHostParts, host: HostRow): KeptMachine {
  const { username, port, fingerprint } = host;
  if (username === null || fingerprint === null) throw missing(host, 'a user or a confirmed host key');
  const target = { host: addressOf(host), port: port ?? 22, user: username, hostKeyFingerprint: fingerprint };
  return new KeptMachine({
    label: `${target.user}@${target.host}:${target.port}`,
    connect: (signal) =>
      connectKnown(
        () => parts.known(host.id),
        async () => connectSsh({ ...target, credential: await credentialOf(parts, host) }, { signal }),
        signal,
      ),
  });
}

async function credentialOf(parts: OpenHostParts, host: HostRow): Promise<SshCredential> {
  const owner = { ownerType: 'host', ownerId: host.id } as const;
  if (host.credentialType === 'password') {
    const password = await parts.openSecret({ ...owner, purpose: 'ssh-password' });
    if (password) return { type: 'password', password: password.reveal() };
  } else if (host.credentialType === 'private-key') {
    const text = await parts.openSecret({ ...owner, purpose: 'ssh-private-key' });
    if (text) return { type: 'private-key', ...privateKeySchema.parse(JSON.parse(text.reveal())) };
  } else {
    return { type: 'private-key', privateKey: parts.sshKey.reveal() };
  }
  // Never another credential in its place: a machine is signed in to as its admin has said, or not at all.
  throw new TransportError('auth_failed', `The ${host.credentialType} of ${host.name} is not there any more`);
}

function addressOf(host: HostRow): string {
  if (host.address === null) throw missing(host, 'an address');
  return host.address;
}

const missing = (host: HostRow, what: string): TransportError =>
  new TransportError('auth_failed', `${host.name} has not ${what} to be reached with`, { sent: false });
