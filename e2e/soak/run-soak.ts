import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '../../server/contract/instance.ts';
import type { Operation } from '../../server/contract/operation.ts';
import type { OwnWorld } from '../own-world.ts';
import { RefusedError } from '../patient-client.ts';
import { atollProcesses } from '../process-tree.ts';
import type { SoakJob, SoakKill, SoakPlan } from './soak-plan.ts';

export interface SoakReport {
  /** What ended otherwise than it should, in sentences. */
  complaints: string[];
  /** What is to be on the host now. */
  kept: Instance[];
  kills: number;
  operations: number;
  repeatedRequests: number;
  /** From request to end, of each operation. */
  durationsMs: number[];
}

interface Started {
  instance: Instance;
  operation: Operation;
}

/** How many clients ask at the same time. */
const clients = 4;

/** Runs a plan: the clients work through the jobs while processes of Atoll are killed under them. */
export async function runSoak(world: OwnWorld, plan: SoakPlan, say: (line: string) => void): Promise<SoakReport> {
  const report: SoakReport = {
    complaints: [],
    kept: [],
    kills: 0,
    operations: 0,
    repeatedRequests: 0,
    durationsMs: [],
  };
  const killings: Promise<void>[] = [];
  const waiting = plan.kills.toSorted((a, b) => a.afterRequest - b.afterRequest);
  const counted = (): void => {
    report.operations += 1;
    while (waiting[0] && waiting[0].afterRequest <= report.operations) {
      const next = waiting.shift() as SoakKill;
      killings.push(
        killOne(world, next).then((pid) => {
          report.kills += 1;
          say(`kill -9 ${pid} (${next.victim}) after request ${next.afterRequest}`);
        }),
      );
    }
  };
  const jobs = plan.jobs.values();
  const work = async (): Promise<void> => {
    for (const job of jobs) {
      try {
        const instance = await runJob(world, job, report, counted);
        if (instance) report.kept.push(instance);
      } catch (error) {
        report.complaints.push(`${job.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, work));
  await Promise.all(killings);
  report.repeatedRequests = world.client.repeated;
  return report;
}

/** Answers the instance if it is kept. Complains by throwing. */
async function runJob(
  { client, project, image }: OwnWorld,
  job: SoakJob,
  report: SoakReport,
  counted: () => void,
): Promise<Instance | null> {
  const ask = async (request: Promise<Started>): Promise<Operation & { instance: Instance }> => {
    const from = performance.now();
    counted();
    const { operation, instance } = await request;
    const ended = await client.finished(operation);
    report.durationsMs.push(performance.now() - from);
    return { ...ended, instance };
  };
  const base = `/projects/${project.slug}/instances`;
  const created = await ask(client.post<Started>(base, bodyOf(job, image?.id)));
  const wanted = job.lost ? 'failed' : 'succeeded';
  if (created.state !== wanted) throw new Error(`its create ${created.state}: ${created.error?.detail ?? ''}`);
  const path = `${base}/${created.instance.id}`;
  if (job.kept) return created.instance;
  const deleted = await ask(client.delete<Started>(path));
  if (deleted.state !== 'succeeded') throw new Error(`its delete ${deleted.state}: ${deleted.error?.detail ?? ''}`);
  const still = await client.get(path).catch((error: unknown) => error);
  if (!(still instanceof RefusedError && still.status === 404)) throw new Error('it is still listed after its delete');
  return null;
}

function bodyOf({ name, kind, volume, start, lost }: SoakJob, imageId: string | undefined): Record<string, unknown> {
  if (kind === 'vm') return { kind, name, imageId, vcpus: 1, memoryMiB: 192, diskGiB: 1, start };
  const volumes = volume ? [{ name: `${name}-data`, target: '/data' }] : [];
  const image = lost ? 'nobody/has-this:1' : 'busybox:latest';
  return { kind, name, image, command: ['sleep', '3600'], memoryMiB: 64, volumes, start };
}

/** Waits until the victim lives, which it may not since the last time, and kills it. */
async function killOne({ atoll }: OwnWorld, { victim, delayMs }: SoakKill): Promise<number> {
  await sleep(delayMs);
  for (;;) {
    const pid = (await atollProcesses(atoll.pid))[victim];
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL');
      return pid;
    }
    await sleep(100);
  }
}
