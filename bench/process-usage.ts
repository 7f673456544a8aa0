import { type ProcessEntry, readIfThere } from '../e2e/process-tree.ts';

export interface Usage {
  /** Memory with shared pages divided among who shares them (proc(5), smaps_rollup). */
  pssMiB: number;
  rssMiB: number;
  cpuSeconds: number;
}

/** What processes have and have used so far, all together. */
export async function usageOf(processes: readonly ProcessEntry[]): Promise<Usage> {
  const total: Usage = { pssMiB: 0, rssMiB: 0, cpuSeconds: 0 };
  for (const { pid } of processes) {
    const [rollup, stat] = [await readIfThere(`/proc/${pid}/smaps_rollup`), await readIfThere(`/proc/${pid}/stat`)];
    const kiB = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? Number.NaN);
    // From the 14th field on: utime, stime, and both of children that have ended; in ticks of 10 ms. The 2nd ends with `)`.
    const ticks = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15);
    total.pssMiB += kiB('Pss') / 1024;
    total.rssMiB += kiB('Rss') / 1024;
    total.cpuSeconds += ticks.reduce((sum, each) => sum + Number(each), 0) / 100;
  }
  return total;
}
