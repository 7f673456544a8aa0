import Dockerode from 'dockerode';
import { startOwnWorld } from '../e2e/own-world.ts';
import { descendantsOf, listProcesses } from '../e2e/process-tree.ts';
import type { Instance } from '../server/contract/instance.ts';
import type { Operation } from '../server/contract/operation.ts';
import { type Contender, differences, measure, printResults } from './measure.ts';
import { usageOf } from './process-usage.ts';
import { connectRaw, RawInstance } from './raw-instance.ts';

/**
 * Create and start a container and a VM, until it runs: through Atoll's REST API, against the same driver calls on the same
 * host with no Atoll around them, and against the fewest calls of dockerode. `node bench/create-start.ts [rounds] [VM rounds]`
 */
const containerRounds = Number(process.argv[2] ?? 20);
const vmRounds = Number(process.argv[3] ?? 10);
/** What Atoll may add at the median. */
const targetMs = 150;

const world = await startOwnWorld('bench-create', { image: true });
const { client, project, host } = world;
const machine = await connectRaw(host.info);
const base = `/projects/${project.slug}/instances`;

/** POST with ?wait=: the answer comes when the operation is done. */
function throughAtoll(body: Record<string, unknown>): Contender {
  let made: Instance | null = null;
  return {
    name: 'Atoll: POST /instances?wait=60s',
    async run(round) {
      const name = `bench-${body.kind}-${round}`;
      const answer = await client.post<{ instance: Instance; operation: Operation }>(`${base}?wait=60s`, {
        name,
        ...body,
      });
      made = answer.instance;
      if (answer.operation.state !== 'succeeded') throw new Error(`It ${answer.operation.state}.`);
    },
    async after() {
      if (!made) return;
      const { operation } = await client.delete<{ operation: Operation }>(`${base}/${made.id}?wait=60s`);
      if (operation.state !== 'succeeded') throw new Error(`Its delete ${operation.state}.`);
    },
  };
}

function raw(name: string, instance: RawInstance): Contender {
  return { name, run: () => instance.createAndStart(), after: () => instance.remove() };
}

function bareDockerode(): Contender {
  const docker = new Dockerode({ socketPath: host.info.dockerSocketPath });
  const options = { Image: 'busybox:latest', Cmd: ['sleep', '3600'], HostConfig: { Memory: 64 * 2 ** 20 } };
  let made: Dockerode.Container | null = null;
  return {
    name: 'dockerode on the unix socket: create, start',
    async run() {
      made = await docker.createContainer(options);
      await made.start();
    },
    after: async () => made?.remove({ force: true }),
  };
}

/** Processor time of web, worker and PostgreSQL for one create and start: what a busy machine does not change. */
async function printCpu(atoll: Contender, rounds: number): Promise<void> {
  const own = async () => (await usageOf(descendantsOf(await listProcesses(), world.atoll.pid))).cpuSeconds;
  let usedMs = 0;
  for (let round = 1; round <= rounds; round++) {
    const before = await own();
    await atoll.run(round);
    usedMs += ((await own()) - before) * 1_000;
    await atoll.after?.(round);
  }
  console.log(
    `  Atoll's processor time for one: ${(usedMs / rounds).toFixed(0)} ms (web, worker, PostgreSQL; mean of ${rounds})`,
  );
}

async function compare(title: string, contenders: Contender[], rounds: number): Promise<void> {
  const results = await measure(contenders, rounds);
  printResults(title, results, rounds);
  const [calls, atoll] = results;
  if (!calls || !atoll) return;
  const own = differences(atoll, calls);
  const verdict = own.medianMs <= targetMs ? 'within' : 'above';
  console.log(
    `  Atoll's own share: median ${own.medianMs.toFixed(0)} ms, p95 ${own.p95Ms.toFixed(0)} ms (${verdict} ${targetMs} ms)`,
  );
  const contender = contenders[1];
  if (contender) await printCpu(contender, Math.min(rounds, 10));
}

try {
  const container = RawInstance.container(machine);
  const body = { kind: 'container', image: 'busybox:latest', command: ['sleep', '3600'], memoryMiB: 64 };
  const calls = 'the same calls, raw over SSH';
  await compare(
    'Create and start a container',
    [raw(calls, container), throughAtoll(body), bareDockerode()],
    containerRounds,
  );
  await container.close();
  if (world.image && vmRounds > 0) {
    const vm = RawInstance.vm(machine, world.image, world.dataDir);
    const vmBody = { kind: 'vm', imageId: world.image.id, vcpus: 1, memoryMiB: 192, diskGiB: 1 };
    await compare('Create and start a VM', [raw(calls, vm), throughAtoll(vmBody)], vmRounds);
    await vm.close();
  }
} finally {
  machine.close();
  await world.stop();
}
