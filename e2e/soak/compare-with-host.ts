import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '../../server/contract/instance.ts';
import type { Operation } from '../../server/contract/operation.ts';
import type { Volume } from '../../server/contract/volume.ts';
import type { LabHost } from '../../server/testing/lab/lab-host.ts';
import type { OwnWorld } from '../own-world.ts';

/** Names on the host by what the hosts' own clients list. */
interface OnHost {
  domains: string[];
  poolVolumes: string[];
  containers: string[];
  dockerVolumes: string[];
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter(Boolean)
    .sort();

/** What virsh and docker say is there; base images, which stay for the next instance, apart. */
async function listHost(host: LabHost): Promise<OnHost> {
  const pools = await host.virsh(['pool-list', '--all', '--name']);
  const poolVolumes = pools.includes('atoll') ? await host.virsh(['vol-list', 'atoll']) : '';
  return {
    domains: lines(await host.virsh(['list', '--all', '--uuid'])),
    poolVolumes: lines(poolVolumes).filter((name) => !name.startsWith('atoll-base-')),
    containers: lines(await host.docker(['ps', '-a', '--format', '{{.Names}}'])),
    dockerVolumes: lines(await host.docker(['volume', 'ls', '-q'])),
  };
}

/** What ought to be there by the rows, as REST shows them. */
async function listRows({ client, project }: OwnWorld): Promise<OnHost> {
  const base = `/projects/${project.slug}`;
  const instances = (await client.get<{ items: Instance[] }>(`${base}/instances?limit=200`)).items;
  const volumes = (await client.get<{ items: Volume[] }>(`${base}/volumes?limit=200`)).items;
  const idsOf = (kind: Instance['kind']) => instances.filter((one) => one.kind === kind).map(({ id }) => id);
  const disks = volumes.filter(({ kind }) => kind === 'disk').map(({ id }) => `atoll-${id}.qcow2`);
  const ofVms = idsOf('vm').flatMap((id) => [`atoll-seed-${id}.iso`, `atoll-log-${id}.log`]);
  return {
    domains: idsOf('vm').sort(),
    poolVolumes: [...disks, ...ofVms].sort(),
    containers: idsOf('container')
      .map((id) => `atoll-${id}`)
      .sort(),
    dockerVolumes: volumes
      .filter(({ kind }) => kind === 'container')
      .map(({ id }) => `atoll-${id}`)
      .sort(),
  };
}

/** Both sides of I3: `host` is what is there, `rows` what ought to be. */
export async function compareWithHost(world: OwnWorld): Promise<{ host: OnHost; rows: OnHost }> {
  return { host: await listHost(world.host), rows: await listRows(world) };
}

/** Waits until no operation is under way. @throws Error naming those that are, after `patienceMs`. */
export async function waitUntilSettled({ client }: OwnWorld, patienceMs = 180_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { items } = await client.get<{ items: Operation[] }>('/operations?done=false&limit=50');
    if (items.length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(
        items.map(({ kind, id, state, progress }) => `${kind} ${id}: ${state} ${progress.step}`).join('\n'),
      );
    }
    await sleep(1_000);
  }
}

interface DoctorReport {
  healthy: boolean;
  violations: { invariant: string; message: string; ids: string[] }[];
  hosts: { name: string; error: string | null; findings: string[] }[];
}

/** `atoll doctor --json` on the world's data directory; it ends with 1 where something is wrong, and says so all the same. */
export function runDoctor({ dataDir }: OwnWorld): Promise<DoctorReport> {
  const root = join(import.meta.dirname, '../..');
  const args = ['--disable-warning=ExperimentalWarning', 'server/main/atoll.ts', 'doctor', '--data', dataDir, '--json'];
  return new Promise((resolve, reject) => {
    execFile(join(root, 'node_modules/.bin/node'), args, { cwd: root }, (error, stdout, stderr) => {
      if (stdout.startsWith('{')) resolve(JSON.parse(stdout) as DoctorReport);
      else reject(new Error(`atoll doctor: ${stderr}`, { cause: error }));
    });
  });
}
