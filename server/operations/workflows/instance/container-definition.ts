import { z } from 'zod';
import type { ContainerSpecRecord } from '#server/contract/instance-spec.ts';
import type { VolumeRow } from '#server/db/volume-store.ts';
import type { ContainerSpec } from '#server/drivers/driver.ts';
import type { AtollContext } from '../workflow-tools.ts';
import { definitionOf } from './definition.ts';
import type { InstanceTarget } from './instance-target.ts';

const envSchema = z.record(z.string(), z.string());

/** The container that the engine is asked for. Its environment is opened here and goes nowhere else. */
export async function containerDefinition(
  context: AtollContext<{ instanceId: string }>,
  target: InstanceTarget,
  spec: ContainerSpecRecord,
  volumes: readonly VolumeRow[],
): Promise<ContainerSpec> {
  const { instance } = target;
  const secret = { ownerType: 'instance', ownerId: instance.id, purpose: 'env' } as const;
  const env = instance.envNames.length > 0 ? await context.tools.openSecret(secret) : null;
  const { kind, imageRef, command, entrypoint, ports, restartPolicy, workingDir, user, tty } = spec;
  return {
    ...definitionOf(context.operation, instance),
    ...{ kind, imageRef, command, entrypoint, ports, restartPolicy, workingDir, user, tty },
    env: env === null ? {} : envSchema.parse(JSON.parse(env.reveal())),
    volumes: volumes.flatMap(({ id, target: path, readOnly }) =>
      path === null ? [] : [{ volumeId: id, target: path, readOnly }],
    ),
    network: instance.network === 'none' ? 'none' : 'default',
  };
}
