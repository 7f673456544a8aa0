import type { CreateInstance } from '#server/contract/instance.ts';
import type { AtollTx } from '#server/db/client.ts';
import { putSecret } from '#server/db/sealed-secret-store.ts';
import { secret } from '#server/platform/secret.ts';
import { sealingKey } from '../sealing-key.ts';

/** Seals what was typed and must not be read again: user-data of a VM, the environment of a container. */
export async function sealInstanceSecrets(tx: AtollTx, instanceId: string, input: CreateInstance): Promise<void> {
  const owner = { ownerType: 'instance', ownerId: instanceId } as const;
  if (input.kind === 'vm' && input.userData !== undefined)
    await putSecret(tx, await sealingKey(tx), { ...owner, purpose: 'user-data' }, secret(input.userData));
  if (input.kind === 'container' && Object.keys(input.env).length > 0)
    await putSecret(tx, await sealingKey(tx), { ...owner, purpose: 'env' }, secret(JSON.stringify(input.env)));
}
