import { setTimeout as sleep } from 'node:timers/promises';
import { startOwnWorld } from '../e2e/own-world.ts';
import { descendantsOf, listProcesses, type ProcessEntry } from '../e2e/process-tree.ts';
import { type Usage, usageOf } from './process-usage.ts';

/**
 * What Atoll takes after a minute without anything to do, with one host, against the daemons of that host: memory, and
 * processor time in that minute. `node bench/idle-memory.ts [seconds]`
 */
const idleSeconds = Number(process.argv[2] ?? 60);

/** Every process of Atoll and of the host once, by part. */
function partsOf(processes: readonly ProcessEntry[], startPid: number, initPid: number): Map<string, ProcessEntry[]> {
  const parts = new Map<string, ProcessEntry[]>();
  const add = (name: string, process: ProcessEntry): void =>
    void parts.set(name, [...(parts.get(name) ?? []), process]);
  const children = processes.filter(({ parent }) => parent === startPid);
  for (const child of children) {
    const { command } = child;
    const name = /main\/(web|worker)\.ts/.exec(command)?.[1] ?? (/\/postgres -D/.test(command) ? 'postgres' : 'start');
    for (const process of descendantsOf(processes, child.pid)) add(`Atoll: ${name}`, process);
  }
  for (const process of processes) if (process.pid === startPid) add('Atoll: start', process);
  for (const process of descendantsOf(processes, initPid)) {
    const daemon = /(?:^|\/)(libvirtd|virtlogd|dockerd|containerd)(?: |$)/.exec(process.command)?.[1];
    if (daemon) add(daemon === 'libvirtd' || daemon === 'virtlogd' ? 'host: libvirt' : 'host: Docker', process);
  }
  return parts;
}

const world = await startOwnWorld('bench-idle');
try {
  const parts = async () => partsOf(await listProcesses(), world.atoll.pid, world.host.info.initPid);
  const measure = async (): Promise<Map<string, Usage>> => {
    const found = [...(await parts())].sort(([a], [b]) => a.localeCompare(b));
    return new Map(await Promise.all(found.map(async ([name, own]) => [name, await usageOf(own)] as const)));
  };
  await sleep(5_000); // the host has just been taken in
  const before = await measure();
  await sleep(idleSeconds * 1_000);
  const after = await measure();
  console.log(`\nIdle for ${idleSeconds} s with one host`);
  const sums = new Map<string, Usage>();
  const print = (name: string, { pssMiB, rssMiB, cpuSeconds }: Usage): void => {
    const share = (100 * cpuSeconds) / idleSeconds;
    const [pss, rss] = [pssMiB.toFixed(0).padStart(5), rssMiB.toFixed(0).padStart(5)];
    console.log(
      `  ${name.padEnd(18)}  PSS ${pss} MiB  RSS ${rss} MiB  CPU ${share.toFixed(2).padStart(5)} % of a core`,
    );
  };
  for (const [name, { pssMiB, rssMiB, cpuSeconds }] of after) {
    const usage = { pssMiB, rssMiB, cpuSeconds: cpuSeconds - (before.get(name)?.cpuSeconds ?? 0) };
    print(name, usage);
    const whole = name.split(':')[0] ?? '';
    const sum = sums.get(whole) ?? { pssMiB: 0, rssMiB: 0, cpuSeconds: 0 };
    for (const key of ['pssMiB', 'rssMiB', 'cpuSeconds'] as const) sum[key] += usage[key];
    sums.set(whole, sum);
  }
  for (const [name, sum] of sums) print(`${name} together`, sum);
  const ratio = (sums.get('Atoll')?.pssMiB ?? Number.NaN) / (sums.get('host')?.pssMiB ?? Number.NaN);
  console.log(`  Atoll to the daemons of one host, by PSS: × ${ratio.toFixed(2)}`);
} finally {
  await world.stop();
}
