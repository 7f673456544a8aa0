import { createHash } from 'node:crypto';
import { access, readdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationKind } from '#server/contract/operation.ts';
import type { OperationInput } from '#server/contract/operation-input.ts';
import { inTx } from '#server/db/client.ts';
import { getHost, updateHost } from '#server/db/host-store.ts';
import { getImage, insertImage, updateImage } from '#server/db/image-store.ts';
import { updateVolume } from '#server/db/volume-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { newId } from '#server/platform/id.ts';
import {
  type AtollGround,
  type AtollTestbed,
  createAtollGround,
  createAtollTestbed,
} from '#server/testing/atoll-testbed.ts';
import { driveInstance } from '#server/testing/drive-instance.ts';
import { makeVolume } from '#server/testing/factories.ts';
import { type Prepared, runMatrixCase, type Scenario } from '#server/testing/workflow-harness.ts';
import type { HostCuts } from '#server/testing/workflow-harness-faults.ts';
import { matrixCases } from '#server/testing/workflow-matrix.ts';
import { allWorkflows } from './all-workflows.ts';
import type { WorkflowTools } from './workflow-tools.ts';

/** A raw disk that the inspection takes: it has a boot sector. */
const disk = Buffer.alloc(64 * 1024);
disk.writeUInt16BE(0x55aa, 510);
const sha256 = createHash('sha256').update(disk).digest('hex');

let ground: AtollGround;
let server: http.Server;
let base: string;

beforeAll(async () => {
  ground = await createAtollGround();
  server = http.createServer((request, response) => {
    if (request.url === '/disk') response.end(disk);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server?.close();
  await ground?.dispose();
});

const unless = (fine: boolean, complaint: string): string[] => (fine ? [] : [complaint]);
const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Enqueues work of the system, or of the bed's project where `inProject`. */
async function enqueue<K extends OperationKind>(
  bed: AtollTestbed,
  kind: K,
  input: OperationInput<K>,
  target: { type: string; id: string },
  inProject = false,
): Promise<string> {
  const { id } = await inTx(bed.db, (tx) =>
    enqueueOperation(tx, {
      ...{ kind, input, target: { ...target, name: 'it' } },
      projectId: inProject ? bed.projectId : null,
    }),
  );
  return id;
}

type Checks = Pick<Prepared<WorkflowTools>, 'operationId' | 'isComplete' | 'isUndone'>;

function scenarioOf(kind: OperationKind, prepare: (bed: AtollTestbed) => Promise<Checks>): Scenario<WorkflowTools> {
  return {
    workflow: allWorkflows.find((one) => one.kind === kind)!,
    async prepare(cuts: HostCuts) {
      const bed = await createAtollTestbed(ground, { wrap: (driver) => cuts.wrap(driver) });
      const { db, tools, invariants } = bed;
      return { db, tools, invariants, dispose: () => bed.links.close(), ...(await prepare(bed)) };
    },
  };
}

async function importing(bed: AtollTestbed, path: string, expected: string | null): Promise<string> {
  const image = { projectId: bed.projectId, name: 'it', state: 'importing', sourceUrl: base + path } as const;
  return (await inTx(bed.db, (tx) => insertImage(tx, { ...image, expectedSha256: expected }))).id;
}

const imageOf = (bed: AtollTestbed, id: string) => getImage(bed.db, { id, scope: 'every-project' });
const fileOf = (bed: AtollTestbed) => join(bed.dataDir, 'images', sha256);

const scenarios: [OperationKind, Scenario<WorkflowTools>][] = [
  [
    'image.import',
    scenarioOf('image.import', async (bed) => {
      const imageId = await importing(bed, '/disk', sha256);
      return {
        operationId: await enqueue(bed, 'image.import', { imageId }, { type: 'image', id: imageId }, true),
        async isComplete() {
          const { state, format, virtualSizeBytes } = await imageOf(bed, imageId);
          const told = `It is ${state}, ${format}, ${virtualSizeBytes}.`;
          return unless(state === 'ready' && format === 'raw' && virtualSizeBytes === disk.length, told);
        },
        async isUndone(operation) {
          const { state, stateReason } = await imageOf(bed, imageId);
          const partial = (await readdir(join(bed.dataDir, 'images'))).some((name) => name.includes(imageId));
          return [
            ...unless(state === 'failed' && stateReason === operation.error?.detail, `It is ${state}: ${stateReason}.`),
            ...unless(!partial, 'A part of the download is left.'),
          ];
        },
      };
    }),
  ],
  [
    'image.delete',
    scenarioOf('image.delete', async (bed) => {
      const imageId = await importing(bed, '/disk', null);
      const unique = newId().replaceAll('-', '').repeat(2);
      const path = join(bed.dataDir, 'images', unique);
      await writeFile(path, disk);
      await inTx(bed.db, (tx) =>
        updateImage(tx, { id: imageId, projectId: bed.projectId }, { state: 'deleting', sha256: unique }),
      );
      const isComplete = async (): Promise<string[]> => [
        ...unless(!(await exists(path)), 'Its bytes are still there.'),
        ...unless((await bed.db.image.findUnique({ where: { id: imageId } })) === null, 'Its row is still there.'),
      ];
      const operationId = await enqueue(bed, 'image.delete', { imageId }, { type: 'image', id: imageId }, true);
      return { operationId, isComplete, isUndone: async () => ['A delete is never undone.'] };
    }),
  ],
  [
    'volume.delete',
    scenarioOf('volume.delete', async (bed) => {
      const row = await makeVolume(bed.db, { projectId: bed.projectId, hostId: bed.host.id });
      const { id, projectId, name, kind, storagePool, sizeGiB } = row;
      const made = { operationId: newId(), baseSha256: null, baseFormat: null };
      bed.machines.libvirt.createVolume({ id, projectId, name, kind, storagePool, sizeGiB, ...made });
      await inTx(bed.db, (tx) => updateVolume(tx, row, { state: 'deleting' }));
      const isComplete = async (): Promise<string[]> => [
        ...unless(!bed.machines.libvirt.volumes.has(id), 'It is still on the host.'),
        ...unless((await bed.db.volume.findUnique({ where: { id } })) === null, 'Its row is still there.'),
      ];
      const operationId = await enqueue(bed, 'volume.delete', { volumeId: id }, { type: 'volume', id }, true);
      return { operationId, isComplete, isUndone: async () => ['A delete is never undone.'] };
    }),
  ],
  ...(['host.enroll', 'host.inspect'] as const).map((kind): [OperationKind, Scenario<WorkflowTools>] => [
    kind,
    scenarioOf(kind, async (bed) => {
      const hostId = bed.host.id;
      await inTx(bed.db, (tx) => updateHost(tx, { id: hostId }, { state: 'enrolling' }));
      return {
        operationId: await enqueue(bed, kind, { hostId }, { type: 'host', id: hostId }),
        async isComplete() {
          const { state, engines, capacity, doctor } = await getHost(bed.db, { id: hostId });
          const known = engines.length === 2 && capacity.vcpus.total === bed.machines.libvirt.vcpus && doctor !== null;
          return unless(state === 'online' && known, `It is ${state}, with ${JSON.stringify(engines)}.`);
        },
        async isUndone(operation) {
          const { state, stateReason } = await getHost(bed.db, { id: hostId });
          // A host that had answered before the doctor failed is online, and stays so.
          if (kind === 'host.inspect' && state === 'online') return [];
          const wanted = kind === 'host.enroll' ? 'failed' : 'unreachable';
          return unless(state === wanted && stateReason === operation.error?.detail, `It is ${state}: ${stateReason}.`);
        },
      };
    }),
  ]),
  [
    'host.remove',
    scenarioOf('host.remove', async (bed) => {
      const hostId = bed.host.id;
      await inTx(bed.db, (tx) => updateHost(tx, { id: hostId }, { state: 'removing' }));
      const isComplete = async (): Promise<string[]> =>
        unless((await bed.db.host.findUnique({ where: { id: hostId } })) === null, 'Its row is still there.');
      const operationId = await enqueue(bed, 'host.remove', { hostId }, { type: 'host', id: hostId });
      return { operationId, isComplete, isUndone: async () => ['A removal is never undone.'] };
    }),
  ],
  [
    'container-image.pull',
    scenarioOf('container-image.pull', async (bed) => {
      const input = { hostId: bed.host.id, ref: 'nginx:1' };
      const there = async (): Promise<string[]> =>
        unless(bed.machines.docker.images.has('nginx:1'), 'It is not on the host.');
      const operationId = await enqueue(bed, 'container-image.pull', input, { type: 'container-image', id: newId() });
      // What was pulled stays: an image is a cache.
      return { operationId, isComplete: there, isUndone: async () => [] };
    }),
  ],
  [
    'container-image.load',
    scenarioOf('container-image.load', async (bed) => {
      const name = newId();
      const upload = join(bed.dataDir, 'uploads', name);
      await writeFile(upload, 'a tar');
      const gone = async (): Promise<string[]> => unless(!(await exists(upload)), 'The upload is still there.');
      const input = { hostId: bed.host.id, path: name };
      const operationId = await enqueue(bed, 'container-image.load', input, { type: 'container-image', id: newId() });
      return { operationId, isComplete: gone, isUndone: gone };
    }),
  ],
  [
    'container-image.remove',
    scenarioOf('container-image.remove', async (bed) => {
      bed.machines.docker.images.add('sha256:1');
      const input = { hostId: bed.host.id, imageId: 'sha256:1' };
      const gone = async (): Promise<string[]> =>
        unless(!bed.machines.docker.images.has('sha256:1'), 'It is still on the host.');
      const operationId = await enqueue(bed, 'container-image.remove', input, { type: 'container-image', id: newId() });
      return { operationId, isComplete: gone, isUndone: gone };
    }),
  ],
];

describe.each(scenarios)('the crash matrix of %s', (_kind, scenario) => {
  it.each(matrixCases(scenario))('$title', async (one) => {
    expect(await runMatrixCase(scenario, one)).toEqual([]);
  });
});

it('an import says what is wrong, and leaves no bytes behind', async () => {
  const bed = await createAtollTestbed(ground);
  const cases: [string, string | null, string, string][] = [
    ['/disk', '0'.repeat(64), 'compare-checksum', 'checksum_mismatch'],
    ['/missing', null, 'download', 'download_failed'],
  ];
  for (const [path, expected, step, code] of cases) {
    const imageId = await importing(bed, path, expected);
    const before = await readdir(join(bed.dataDir, 'images'));
    const operationId = await enqueue(bed, 'image.import', { imageId }, { type: 'image', id: imageId }, true);
    const operation = await driveInstance(bed, operationId);
    expect(operation).toMatchObject({ state: 'failed', error: { code, step } });
    expect(await readdir(join(bed.dataDir, 'images'))).toEqual(before);
  }
});

it('bytes that another image has, too, stay', async () => {
  const bed = await createAtollTestbed(ground);
  const ids = [await importing(bed, '/disk', null), await importing(bed, '/disk', null)];
  const run = async (kind: 'image.import' | 'image.delete', imageId: string) =>
    driveInstance(bed, await enqueue(bed, kind, { imageId }, { type: 'image', id: imageId }, true));
  for (const imageId of ids) await run('image.import', imageId);
  await bed.db.image.deleteMany({ where: { sha256, id: { notIn: ids } } });
  await run('image.delete', ids[0]!);
  expect(await exists(fileOf(bed))).toBe(true);
  await run('image.delete', ids[1]!);
  expect(await exists(fileOf(bed))).toBe(false);
});
