import type { ContainerSpecRecord, InstanceSpecRecord } from '#server/contract/instance-spec.ts';
import type { OperationInput } from '#server/contract/operation-input.ts';
import { claimHost, claimQuota } from '#server/db/claim-store.ts';
import { inTx } from '#server/db/client.ts';
import { insertInstance } from '#server/db/instance-change-store.ts';
import { putSecret } from '#server/db/sealed-secret-store.ts';
import { insertVolume } from '#server/db/volume-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { newId } from '#server/platform/id.ts';
import { secret } from '#server/platform/secret.ts';
import { type AtollTestbed, testImage } from './atoll-testbed.ts';
import { claimInPoolOf } from './factories.ts';

export interface Admitted {
  instanceId: string;
  volumeId: string;
  operationId: string;
}

const containerSpec: ContainerSpecRecord = {
  kind: 'container',
  imageRef: 'busybox:latest',
  command: ['sleep', '600'],
  entrypoint: null,
  ports: [],
  restartPolicy: 'unless-stopped',
  workingDir: null,
  user: null,
  tty: false,
};

/** Where an instance goes: a testbed, or a real host. */
export type Place = Pick<AtollTestbed, 'db' | 'projectId' | 'host' | 'publicKey'>;

interface Wanted {
  kind?: 'vm' | 'container';
  start?: boolean;
  /** What the host has to offer; the simulator's by default. */
  network?: string;
  storagePool?: string;
  image?: { sha256: string; format: 'qcow2' | 'raw'; sizeBytes: number; virtualSizeBytes: number };
  sshKeys?: string[];
  imageRef?: string;
  diskGiB?: number;
  memoryMiB?: number;
}

/** The rows of an instance with one volume as the service that creates it admits them: claims, secrets, operation. */
export async function admitInstance(bed: Place, wanted: Wanted = {}): Promise<Admitted> {
  const {
    kind = 'vm',
    start = true,
    network = 'default',
    storagePool = 'atoll',
    diskGiB = 1,
    memoryMiB = 256,
  } = wanted;
  const [instanceId, volumeId, operationId] = [newId(), newId(), newId()];
  const { projectId, host } = bed;
  const name = `i-${instanceId.slice(-8)}`;
  const vm = kind === 'vm';
  const { image = testImage, sshKeys = [], imageRef = containerSpec.imageRef } = wanted;
  const spec: InstanceSpecRecord = vm ? { kind: 'vm', image, sshKeys } : { ...containerSpec, imageRef };
  await inTx(bed.db, async (tx) => {
    const size = { vcpus: 1, memoryMiB };
    const claim = { projectId, operationId, ownerId: instanceId };
    const inPool = { instances: 1, containers: vm ? 0 : 1, ...size };
    await claimQuota(tx, claim, inPool);
    await claimQuota(tx, { ...claim, ownerId: volumeId }, { diskGiB, volumes: 1 });
    await claimInPoolOf(tx, { ...claim, hostId: host.id }, inPool);
    await claimInPoolOf(tx, { ...claim, hostId: host.id, ownerId: volumeId }, { diskGiB });
    await claimHost(tx, { ...claim, hostId: host.id }, size);
    await claimHost(tx, { ...claim, hostId: host.id, ownerId: volumeId }, { diskGiB });
    await insertInstance(tx, {
      ...{ id: instanceId, projectId, kind, name, hostId: host.id, ...size, diskGiB, hostname: name, network },
      desiredState: start ? 'running' : 'stopped',
      mac: vm ? '52:54:00:12:34:56' : null,
      spec: { ...spec },
      envNames: vm ? [] : ['TOKEN'],
    });
    await insertVolume(tx, {
      ...{ id: volumeId, projectId, name: `${name}-disk`, hostId: host.id, storagePool, instanceId, sizeGiB: diskGiB },
      ...(vm
        ? { kind: 'disk', bootable: true, baseSha256: image.sha256, baseFormat: image.format }
        : { kind: 'container', target: '/data' }),
    });
    const owner = { ownerType: 'instance', ownerId: instanceId } as const;
    const text = vm ? '#!/bin/sh\necho hello\n' : JSON.stringify({ TOKEN: 'sealed-value' });
    await putSecret(tx, bed.publicKey, { ...owner, purpose: vm ? 'user-data' : 'env' }, secret(text));
    await enqueueOperation(tx, {
      ...{ id: operationId, kind: 'instance.create', projectId, hostId: host.id },
      target: { type: 'instance', id: instanceId, name },
      input: { instanceId, start },
    });
  });
  return { instanceId, volumeId, operationId };
}

export type InstanceKind = keyof typeof operationInputs;
const operationInputs = {
  'instance.start': {},
  'instance.stop': { timeoutSeconds: 5, force: false },
  'instance.reboot': {},
  'instance.reset': {},
  'instance.pause': {},
  'instance.resume': {},
  'instance.rename': { name: 'new-name', previousName: 'old-name' },
  'instance.delete': { keepVolumes: false },
};

/** Enqueues an operation on an instance that is there. Answers its id. */
export async function enqueueOnInstance<K extends InstanceKind>(
  bed: Place,
  kind: K,
  instanceId: string,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const input = { instanceId, ...operationInputs[kind], ...changes } as unknown as OperationInput<K>;
  const target = { type: 'instance', id: instanceId, name: 'an-instance' };
  const { id } = await inTx(bed.db, (tx) =>
    enqueueOperation(tx, { kind, projectId: bed.projectId, hostId: bed.host.id, target, input }),
  );
  return id;
}
