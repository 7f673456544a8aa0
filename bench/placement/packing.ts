import { PlacementIndex } from '../../server/scheduler/index/placement-index.ts';
import { seeded, type TraceVm } from './azure-trace.ts';
import { likeHosts, requestFor } from './hosts.ts';

export const packers = ['pack', 'first-fit', 'random'] as const;
export type Packer = (typeof packers)[number];

export interface Packing {
  packer: Packer;
  vms: number;
  refused: number;
  /** Hosts in use against the lower bound, after the warm-up. */
  averageOverBound: number;
  peakOverBound: number;
  peakBound: number;
}

interface Choice {
  place(vm: TraceVm): number | null;
  claim(host: number, vm: TraceVm, sign: 1 | -1): void;
}

/** The bound looks at each time at all demand as one fluid: no packing, however clever, needs fewer hosts. */
const boundOf = (vcpus: number, memoryMiB: number, host: { vcpus: number; memoryMiB: number }): number =>
  Math.max(Math.ceil(vcpus / host.vcpus), Math.ceil(memoryMiB / host.memoryMiB));

/** Replays a trace online and without migration. Hosts in use are counted at every arrival after the warm-up. */
export function replay(
  trace: readonly TraceVm[],
  host: { vcpus: number; memoryMiB: number },
  packer: Packer,
  warmUpSeconds: number,
): Packing {
  const peak = peakBound(trace, host);
  const count = Math.ceil(peak * 1.3);
  const choice = packer === 'pack' ? scheduler(count, host) : simple(count, host, packer);
  const running = new Uint32Array(count);
  const leaving: { end: number; vm: TraceVm; host: number }[] = [];
  let [active, vcpus, memoryMiB, refused] = [0, 0, 0, 0];
  let [sum, samples, peakActive] = [0, 0, 0];
  for (const vm of trace) {
    for (let next = leaving[0]; next && next.end <= vm.start; next = leaving[0]) {
      popHeap(leaving);
      choice.claim(next.host, next.vm, -1);
      vcpus -= next.vm.vcpus;
      memoryMiB -= next.vm.memoryMiB;
      running[next.host] = (running[next.host] as number) - 1;
      if (running[next.host] === 0) active -= 1;
    }
    const at = choice.place(vm);
    if (at === null) {
      refused += 1;
      continue;
    }
    choice.claim(at, vm, 1);
    if (running[at] === 0) active += 1;
    running[at] = (running[at] as number) + 1;
    vcpus += vm.vcpus;
    memoryMiB += vm.memoryMiB;
    if (vm.end < Number.POSITIVE_INFINITY) pushHeap(leaving, { end: vm.end, vm, host: at });
    peakActive = Math.max(peakActive, active);
    if (vm.start < warmUpSeconds) continue;
    sum += active / Math.max(1, boundOf(vcpus, memoryMiB, host));
    samples += 1;
  }
  const result = { averageOverBound: sum / samples, peakOverBound: peakActive / peak, peakBound: peak };
  return { packer, vms: trace.length, refused, ...result };
}

function peakBound(trace: readonly TraceVm[], host: { vcpus: number; memoryMiB: number }): number {
  const changes = trace.flatMap(({ start, end, vcpus, memoryMiB }) => [
    { at: start, vcpus, memoryMiB },
    { at: end, vcpus: -vcpus, memoryMiB: -memoryMiB },
  ]);
  changes.sort((a, b) => a.at - b.at);
  const last = trace.at(-1)?.start ?? 0;
  let [vcpus, memoryMiB, peak] = [0, 0, 0];
  for (const change of changes) {
    if (change.at > last) break;
    vcpus += change.vcpus;
    memoryMiB += change.memoryMiB;
    peak = Math.max(peak, boundOf(vcpus, memoryMiB, host));
  }
  return peak;
}

/** The product's own, under the policy pack. */
function scheduler(count: number, size: { vcpus: number; memoryMiB: number }): Choice {
  const random = seeded(4);
  const hosts = likeHosts(count, size, 'pack');
  const index = new PlacementIndex(hosts);
  return {
    place({ vcpus, memoryMiB }) {
      const [best] = index.place(requestFor(vcpus, memoryMiB), random);
      return best ? Number(best.hostId.slice('host-'.length)) : null;
    },
    claim(host, { vcpus, memoryMiB }, sign) {
      index.claim(`host-${host}`, { vcpus: sign * vcpus, memoryMiB: sign * memoryMiB, diskGiB: sign * 10 });
    },
  };
}

/** The first host with room, or any of them. */
function simple(count: number, size: { vcpus: number; memoryMiB: number }, packer: 'first-fit' | 'random'): Choice {
  const random = seeded(5);
  const vcpusFree = new Int32Array(count).fill(size.vcpus);
  const memoryFree = new Int32Array(count).fill(size.memoryMiB);
  return {
    place({ vcpus, memoryMiB }) {
      const start = packer === 'random' ? Math.floor(random() * count) : 0;
      for (let step = 0; step < count; step += 1) {
        const at = (start + step) % count;
        if ((vcpusFree[at] as number) >= vcpus && (memoryFree[at] as number) >= memoryMiB) return at;
      }
      return null;
    },
    claim(host, { vcpus, memoryMiB }, sign) {
      vcpusFree[host] = (vcpusFree[host] as number) - sign * vcpus;
      memoryFree[host] = (memoryFree[host] as number) - sign * memoryMiB;
    },
  };
}

interface Ending {
  end: number;
}

function pushHeap<T extends Ending>(heap: T[], item: T): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if ((heap[parent] as T).end <= item.end) break;
    heap[at] = heap[parent] as T;
    at = parent;
  }
  heap[at] = item;
}

function popHeap<T extends Ending>(heap: T[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as T).end < (heap[child] as T).end) child += 1;
    if ((heap[child] as T).end >= last.end) break;
    heap[at] = heap[child] as T;
    at = child;
  }
  heap[at] = last;
}
