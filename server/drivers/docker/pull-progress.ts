import type { ProgressMessage } from '#server/transport/docker-http/read-progress.ts';
import type { ProgressOption } from '../driver.ts';

/** How often progress is told, in milliseconds. */
const tellEveryMs = 250;

/** Adds up the layers of a pull. The sum grows while Docker finds out how large further layers are. */
export class PullProgress {
  readonly #tell: ProgressOption['onProgress'];
  readonly #layers = new Map<string, { current: number; total: number }>();
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(tell: ProgressOption['onProgress']) {
    this.#tell = tell;
  }

  add({ id, status, current, total }: ProgressMessage): void {
    if (!this.#tell || id === undefined) return;
    const layer = this.#layers.get(id);
    if (status === 'Downloading' && current !== undefined && total !== undefined)
      this.#layers.set(id, { current, total });
    else if (status === 'Download complete' && layer) layer.current = layer.total;
    else return;
    const now = performance.now();
    if (now - this.#toldAtMs < tellEveryMs) return;
    this.#toldAtMs = now;
    const layers = [...this.#layers.values()];
    const sum = (of: 'current' | 'total') => layers.reduce((all, each) => all + each[of], 0);
    this.#tell(sum('current'), sum('total'));
  }
}
