import { figuresOf, type HostFigures } from '../scores/host-figures.ts';
import { allocatable, type HostSnapshot, type PlacementRequest } from '../snapshot.ts';

/** The numbers of all hosts in columns: a scan over ten thousand touches no object but the pools. */
export class HostTable {
  readonly hosts: HostSnapshot[];
  readonly #vcpusTotal: Float64Array;
  readonly #memoryTotal: Float64Array;
  readonly #vcpusLimit: Float64Array;
  readonly #memoryLimit: Float64Array;
  readonly #diskLimit: Float64Array;
  readonly #vcpusUsed: Float64Array;
  readonly #memoryUsed: Float64Array;
  readonly #diskUsed: Float64Array;
  readonly #cpuLoad: Float64Array;
  readonly #memoryLoad: Float64Array;
  readonly #failures: Float64Array;
  readonly #storageFree: Float64Array;
  /** Filled in turn for scores. */
  readonly #figures: HostFigures;

  constructor(hosts: readonly HostSnapshot[], nowhere: HostFigures) {
    const column = (): Float64Array => new Float64Array(hosts.length);
    this.hosts = [...hosts];
    this.#vcpusTotal = column();
    this.#memoryTotal = column();
    this.#vcpusLimit = column();
    this.#memoryLimit = column();
    this.#diskLimit = column();
    this.#vcpusUsed = column();
    this.#memoryUsed = column();
    this.#diskUsed = column();
    this.#cpuLoad = column();
    this.#memoryLoad = column();
    this.#failures = column();
    this.#storageFree = column();
    this.#figures = { ...nowhere };
    for (const [at, host] of hosts.entries()) this.put(at, host);
  }

  /** Takes in what is known of a host now. */
  put(at: number, host: HostSnapshot): void {
    const { vcpus, memoryMiB, diskGiB } = host.capacity;
    const figures = figuresOf(host);
    this.hosts[at] = host;
    this.#vcpusTotal[at] = vcpus.total;
    this.#memoryTotal[at] = memoryMiB.total;
    this.#vcpusLimit[at] = figures.vcpusLimit;
    this.#memoryLimit[at] = figures.memoryLimit;
    this.#diskLimit[at] = allocatable(diskGiB);
    this.#vcpusUsed[at] = vcpus.used;
    this.#memoryUsed[at] = memoryMiB.used;
    this.#diskUsed[at] = diskGiB.used;
    this.#cpuLoad[at] = figures.cpuLoad;
    this.#memoryLoad[at] = figures.memoryLoad;
    this.#failures[at] = figures.recentFailures;
    this.#storageFree[at] = figures.storageFree;
  }

  /** Adds to what is claimed on a host; negative amounts give back. */
  claim(at: number, size: PlacementRequest['size']): void {
    this.#vcpusUsed[at] = of(this.#vcpusUsed, at) + size.vcpus;
    this.#memoryUsed[at] = of(this.#memoryUsed, at) + size.memoryMiB;
    this.#diskUsed[at] = of(this.#diskUsed, at) + size.diskGiB;
  }

  /** Whether the host has room and is itself as large: the filters capacity and machine-size, by numbers. */
  hasRoom(at: number, { vcpus, memoryMiB, diskGiB }: PlacementRequest['size']): boolean {
    return (
      vcpus <= room(this.#vcpusLimit, this.#vcpusUsed, at) &&
      memoryMiB <= room(this.#memoryLimit, this.#memoryUsed, at) &&
      diskGiB <= room(this.#diskLimit, this.#diskUsed, at) &&
      vcpus <= of(this.#vcpusTotal, at) &&
      memoryMiB <= of(this.#memoryTotal, at)
    );
  }

  /** The figures of a host; the same object every time. */
  figures(at: number): HostFigures {
    const figures = this.#figures;
    figures.pool = (this.hosts[at] as HostSnapshot).pool;
    figures.vcpusLimit = of(this.#vcpusLimit, at);
    figures.vcpusUsed = of(this.#vcpusUsed, at);
    figures.memoryLimit = of(this.#memoryLimit, at);
    figures.memoryUsed = of(this.#memoryUsed, at);
    figures.cpuLoad = of(this.#cpuLoad, at);
    figures.memoryLoad = of(this.#memoryLoad, at);
    figures.recentFailures = of(this.#failures, at);
    figures.storageFree = of(this.#storageFree, at);
    return figures;
  }

  /** The host with what is claimed on it by now. */
  snapshot(at: number): HostSnapshot {
    const host = this.hosts[at] as HostSnapshot;
    const { vcpus, memoryMiB, diskGiB } = host.capacity;
    return {
      ...host,
      capacity: {
        vcpus: { ...vcpus, used: of(this.#vcpusUsed, at) },
        memoryMiB: { ...memoryMiB, used: of(this.#memoryUsed, at) },
        diskGiB: { ...diskGiB, used: of(this.#diskUsed, at) },
      },
    };
  }
}

const of = (column: Float64Array, at: number): number => column[at] as number;
const room = (limit: Float64Array, used: Float64Array, at: number): number => Math.max(0, of(limit, at) - of(used, at));
