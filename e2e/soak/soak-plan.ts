import { Prng } from '../../server/drivers/simulator/prng.ts';

export const victims = ['web', 'worker', 'postgres'] as const;
export type Victim = (typeof victims)[number];

/** One instance of the soak: created, and deleted again unless it is kept to be compared with the host. */
export interface SoakJob {
  name: string;
  kind: 'vm' | 'container';
  volume: boolean;
  start: boolean;
  /** An image that nobody has: its create is to fail and to leave nothing behind. */
  lost: boolean;
  kept: boolean;
}

/** kill -9 of a victim, so long after the n-th request of the soak was sent. */
export interface SoakKill {
  victim: Victim;
  afterRequest: number;
  delayMs: number;
}

export interface SoakPlan {
  seed: number;
  jobs: SoakJob[];
  kills: SoakKill[];
}

/** A lab host of two cores takes 8 vCPUs: beside these there is room for one of each client. */
const mostKept = 3;

/**
 * What a seed stands for: creates and deletes that add up to about `operations`, and kills spread over them, each victim as
 * often as the others. Times differ from run to run; what is asked and who is killed when does not.
 */
export function makeSoakPlan(given: { seed: number; operations: number; kills: number }): SoakPlan {
  const { seed, operations } = given;
  const prng = new Prng(seed);
  const jobs: SoakJob[] = [];
  let requests = 0;
  for (let kept = 0; requests < operations; ) {
    const kind = prng.chance(0.2) ? 'vm' : 'container';
    const lost = kind === 'container' && prng.chance(0.1);
    const keep = !lost && kept < mostKept && prng.chance(0.15);
    const name = `soak-${jobs.length}`;
    const volume = kind === 'container' && prng.chance(0.3);
    // A VM that runs costs more than its share of two cores; what is defined and deleted goes through the same steps.
    const start = kind === 'container' && prng.chance(0.8);
    jobs.push({ name, kind, volume, start, lost, kept: keep });
    kept += keep ? 1 : 0;
    requests += keep ? 1 : 2;
  }
  const order = [...victims].sort(() => prng.next() - 0.5);
  const kills = Array.from({ length: given.kills }, (_, index): SoakKill => {
    const share = (index + prng.next()) / given.kills;
    // Not among the last, when there may be nothing left to disturb.
    const afterRequest = 1 + Math.floor(share * requests * 0.9);
    return {
      victim: order[index % order.length] ?? 'worker',
      afterRequest,
      delayMs: Math.floor(prng.between(0, 1_500)),
    };
  });
  return { seed, jobs, kills };
}
