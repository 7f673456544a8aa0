import type { LoadSource } from '#server/contract/host-pool.ts';
import type { HostFigures } from './host-figures.ts';

/** Shares of CPU and memory, 0 to 1, that stay free on the host once the instance is there. */
export interface FreeShare {
  cpu: number;
  memory: number;
}

/** How much what instances ask for weighs against what they really use (scheduling.md: 0.6 and 0.4). */
const requestWeight: Record<LoadSource, number> = { static: 1, hybrid: 0.6, dynamic: 0 };

/**
 * What counts as free is the pool's to say: by requests, by observed load, or both. A host of which no load was heard is judged by
 * requests alone.
 */
export function freeShareAfter(host: HostFigures, vcpus: number, memoryMiB: number, into: FreeShare): FreeShare {
  const cpu = host.vcpusLimit === 0 ? 0 : 1 - (host.vcpusUsed + vcpus) / host.vcpusLimit;
  const memory = host.memoryLimit === 0 ? 0 : 1 - (host.memoryUsed + memoryMiB) / host.memoryLimit;
  const weight = host.cpuLoad < 0 ? 1 : requestWeight[host.pool.loadSource];
  into.cpu = clamp(cpu);
  into.memory = clamp(memory);
  if (weight === 1) return into;
  // What the new one will really use nobody knows: its request counts, as a share of what may be given out.
  const loadedCpu = host.vcpusLimit === 0 ? 0 : clamp(1 - host.cpuLoad - vcpus / host.vcpusLimit);
  const loadedMemory = host.memoryLimit === 0 ? 0 : clamp(1 - host.memoryLoad - memoryMiB / host.memoryLimit);
  into.cpu = weight * into.cpu + (1 - weight) * loadedCpu;
  into.memory = weight * into.memory + (1 - weight) * loadedMemory;
  return into;
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

/** 1 where CPU and memory are used up alike, towards 0 where one strands the other. */
export function evenness(free: FreeShare): number {
  return 1 - Math.abs(free.cpu - free.memory);
}
