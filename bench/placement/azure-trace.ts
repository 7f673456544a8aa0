/**
 * Arrivals and lifetimes of VMs as in a large public cloud, made anew from a seed. Fitted to the VM traces of Azure of 2017: flavors and
 * their shares, batches of one tenant, batches per five minutes over the day, and per flavor the share that had ended after some time
 * (Kaplan-Meier, because what still ran at the end of the trace is cut off there).
 *
 * Source: AzurePublicDatasetV1, CC-BY 4.0; E. Cortez, A. Bonde, A. Muzio, M. Russinovich, M. Fontoura, R. Bianchini, "Resource Central:
 * Understanding and Predicting Workloads for Improved Resource Management in Large Cloud Platforms", SOSP 2017. The fit counts the
 * 1,870,433 VMs of the processed copy in github.com/huaweicloud/trace_generation_rnn; flavors below 0.01 % are left out.
 */
export interface TraceVm {
  /** Seconds since the beginning. */
  start: number;
  /** Infinity: it outlives the trace. */
  end: number;
  vcpus: number;
  memoryMiB: number;
}

interface Flavor {
  vcpus: number;
  memoryMiB: number;
  share: number;
  /** Share that had ended by each of `knots`. */
  ended: readonly number[];
}

/** Seconds. */
const knots = [
  300, 600, 900, 1200, 1800, 2700, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800,
];

export const flavors: readonly Flavor[] = [
  {
    vcpus: 1,
    memoryMiB: 768,
    share: 0.02063,
    ended: [
      0.1346, 0.2871, 0.3396, 0.3779, 0.4296, 0.4777, 0.5031, 0.6088, 0.6678, 0.7953, 0.8414, 0.9, 0.9391, 0.9558,
      0.9646, 0.9659,
    ],
  },
  {
    vcpus: 1,
    memoryMiB: 1792,
    share: 0.47698,
    ended: [
      0.1306, 0.2663, 0.3797, 0.5084, 0.6278, 0.6945, 0.7173, 0.7587, 0.7814, 0.7971, 0.8253, 0.892, 0.9499, 0.9717,
      0.9781, 0.9792,
    ],
  },
  {
    vcpus: 1,
    memoryMiB: 2048,
    share: 0.00029,
    ended: [
      0.0101, 0.0303, 0.0303, 0.0303, 0.0303, 0.0303, 0.0404, 0.0707, 0.1017, 0.1017, 0.1327, 0.1971, 0.3118, 0.3883,
      0.4757, 0.7378,
    ],
  },
  {
    vcpus: 2,
    memoryMiB: 14336,
    share: 0.00016,
    ended: [
      0.034, 0.0544, 0.0816, 0.0952, 0.1156, 0.1224, 0.1293, 0.1701, 0.177, 0.1977, 0.2117, 0.3435, 0.4644, 0.5347,
      0.607, 0.6998,
    ],
  },
  {
    vcpus: 2,
    memoryMiB: 3584,
    share: 0.24853,
    ended: [
      0.184, 0.2802, 0.372, 0.4502, 0.5526, 0.6193, 0.6557, 0.7476, 0.7735, 0.7894, 0.8164, 0.8658, 0.9167, 0.933,
      0.9442, 0.9509,
    ],
  },
  {
    vcpus: 2,
    memoryMiB: 4096,
    share: 0.00013,
    ended: [
      0.1186, 0.1356, 0.1695, 0.1695, 0.2203, 0.322, 0.3559, 0.4915, 0.4915, 0.5441, 0.6353, 0.6596, 0.712, 0.712,
      0.748, 0.7984,
    ],
  },
  {
    vcpus: 4,
    memoryMiB: 28672,
    share: 0.00022,
    ended: [
      0.0076, 0.0229, 0.0229, 0.0229, 0.0229, 0.0382, 0.0459, 0.0766, 0.0997, 0.0997, 0.1151, 0.1473, 0.1936, 0.2585,
      0.3212, 0.4035,
    ],
  },
  {
    vcpus: 4,
    memoryMiB: 7168,
    share: 0.10875,
    ended: [
      0.0474, 0.1241, 0.2219, 0.3139, 0.4682, 0.5744, 0.6275, 0.7301, 0.7675, 0.7868, 0.8087, 0.8431, 0.9075, 0.9272,
      0.9381, 0.9439,
    ],
  },
  {
    vcpus: 8,
    memoryMiB: 14336,
    share: 0.10561,
    ended: [
      0.087, 0.1779, 0.2611, 0.319, 0.411, 0.4649, 0.49, 0.7696, 0.8657, 0.9091, 0.9442, 0.9585, 0.9738, 0.9785, 0.9825,
      0.9856,
    ],
  },
  {
    vcpus: 8,
    memoryMiB: 57344,
    share: 0.03846,
    ended: [
      0.0167, 0.029, 0.0409, 0.0482, 0.0543, 0.0619, 0.0661, 0.0805, 0.1207, 0.1817, 0.2803, 0.5545, 0.9175, 0.9699,
      0.9863, 0.9874,
    ],
  },
];

/** VMs that one tenant starts at once, and how often. */
const batchSizes: readonly (readonly [size: number, share: number])[] = [
  [1, 0.5716],
  [2, 0.1805],
  [3, 0.0651],
  [4, 0.0406],
  [5, 0.0245],
  [6, 0.0154],
  [7, 0.012],
  [8, 0.01],
  [9, 0.0082],
  [10, 0.0077],
  [13, 0.0245],
  [19, 0.0141],
  [30, 0.0135],
  [49, 0.0053],
  [64, 0.007],
];

/** In a batch the next VM is of the same flavor so often. */
const sameFlavor = 0.93;

/** Batches per five minutes in each hour of the day, of the whole trace. */
const batchesByHour = [
  35.1, 34.6, 32.3, 31.9, 35.1, 41.1, 46.7, 50.8, 53.9, 60.9, 64.5, 63.8, 63.9, 70.6, 74.4, 73.0, 69.3, 67.9, 63.9,
  55.0, 48.6, 44.7, 39.7, 36.6,
];
const binSeconds = 300;

/** A generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The VMs that start within so many days, by start. `sample`: the share of the cloud that is looked at. */
export function azureTrace(options: { seed: number; days: number; sample: number }): TraceVm[] {
  const random = seeded(options.seed);
  const vms: TraceVm[] = [];
  for (let bin = 0; bin < (options.days * 86_400) / binSeconds; bin += 1) {
    const start = bin * binSeconds;
    const mean = (batchesByHour[Math.floor(start / 3600) % 24] ?? 0) * options.sample;
    for (let batch = poisson(mean, random); batch > 0; batch -= 1) {
      let flavor = pick(flavors, ({ share }) => share, random);
      const [size] = pick(batchSizes, ([, share]) => share, random);
      for (let one = 0; one < size; one += 1) {
        if (random() > sameFlavor) flavor = pick(flavors, ({ share }) => share, random);
        const { vcpus, memoryMiB } = flavor;
        const begin = start + random() * binSeconds;
        vms.push({ start: begin, end: begin + lifetime(flavor, random), vcpus, memoryMiB });
      }
    }
  }
  return vms.sort((a, b) => a.start - b.start);
}

/** One of a list by weight. */
export function pick<T>(list: readonly T[], weight: (one: T) => number, random: () => number): T {
  let left = random() * list.reduce((sum, one) => sum + weight(one), 0);
  for (const one of list) {
    left -= weight(one);
    if (left < 0) return one;
  }
  return list.at(-1) as T;
}

/** Knuth's, good for the small means here. */
function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}

function lifetime({ ended }: Flavor, random: () => number): number {
  const chance = random();
  const at = ended.findIndex((share) => chance < share);
  if (at < 0) return Number.POSITIVE_INFINITY;
  const [from, to] = [knots[at - 1] ?? 0, knots[at] ?? 0];
  return from + random() * (to - from);
}
