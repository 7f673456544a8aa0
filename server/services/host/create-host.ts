import type { z } from 'zod';
import type { createHostSchema, HostConnection } from '#server/contract/host.ts';
import type { AtollTx } from '#server/db/client.ts';
import { insertHost, type NewHost } from '#server/db/host-store.ts';
import { putSecret } from '#server/db/sealed-secret-store.ts';
import { newId } from '#server/platform/id.ts';
import { secret } from '#server/platform/secret.ts';
import { startWork } from '../change.ts';
import { sealingKey } from '../sealing-key.ts';
import type { ActorContext } from '../service-context.ts';
import { checkTlsFiles } from './check-tls-files.ts';
import { enqueueHostWork, type StartedHostWork } from './start-host-work.ts';

type CreateHost = z.output<typeof createHostSchema>;

/** Adds a host: what opens it is sealed for the worker, which looks at it in an operation. Throws `name_taken`, `validation_failed`. */
export async function createHost(ctx: ActorContext, input: CreateHost): Promise<StartedHostWork> {
  const id = newId();
  const { name, connection, storagePool } = input;
  if (connection.type === 'docker-tls') checkTlsFiles(connection);
  const what = { action: 'host.create', target: { type: 'host', id }, detail: { name, connection: connection.type } };
  return startWork(ctx, what, async (tx) => {
    await insertHost(tx, { id, name, storagePool, ...columnsOf(connection) });
    await sealCredential(tx, id, connection);
    return enqueueHostWork(tx, ctx, { kind: 'host.enroll', hostId: id, input: { hostId: id } });
  });
}

function columnsOf(connection: HostConnection): Omit<NewHost, 'name' | 'storagePool'> {
  switch (connection.type) {
    case 'local': {
      const { libvirtSocket = null, dockerSocket = null } = connection;
      return { connectionType: 'local', libvirtSocket, dockerSocket };
    }
    case 'ssh': {
      const { address, port, user, credential, fingerprint, libvirtSocket = null, dockerSocket = null } = connection;
      return {
        connectionType: 'ssh',
        address,
        port,
        username: user,
        credentialType: credential.type,
        fingerprint,
        libvirtSocket,
        dockerSocket,
      };
    }
    case 'docker-tls': {
      const { address, port, ca, cert } = connection;
      return { connectionType: 'docker-tls', address, port, tlsCa: ca, tlsCert: cert };
    }
  }
}

async function sealCredential(tx: AtollTx, hostId: string, connection: HostConnection): Promise<void> {
  const owner = { ownerType: 'host', ownerId: hostId } as const;
  if (connection.type === 'docker-tls')
    return putSecret(tx, await sealingKey(tx), { ...owner, purpose: 'tls-key' }, secret(connection.key));
  if (connection.type === 'local') return;
  const { credential } = connection;
  if (credential.type === 'password')
    await putSecret(tx, await sealingKey(tx), { ...owner, purpose: 'ssh-password' }, secret(credential.password));
  if (credential.type === 'private-key') {
    const { privateKey, passphrase } = credential;
    const text = secret(JSON.stringify({ privateKey, passphrase }));
    await putSecret(tx, await sealingKey(tx), { ...owner, purpose: 'ssh-private-key' }, text);
  }
}
