import { DriverError } from '#server/drivers/driver.ts';

interface BreakerOptions {
  /** What is being asked, for the message. */
  label: string;
  /** So many failures… default 5 */
  failures?: number;
  /** …within this time open the breaker; default 30 s. */
  windowMs?: number;
  /** After this pause one call may try; default 5 s. */
  pauseMs?: number;
  now?: () => number;
}

/** Failures that say: nobody answers there. All others are answers. */
const silence = new Set(['host_unreachable', 'engine_unavailable', 'timeout']);

/**
 * Stops asking an engine that does not answer, so that its operations fail fast and nobody waits for it. After a pause
 * one call goes through (half-open); its answer closes the breaker, its failure starts the pause again.
 */
export class Breaker {
  readonly #label: string;
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #pauseMs: number;
  readonly #now: () => number;
  #failedAt: number[] = [];
  #openedAt: number | null = null;
  #probing = false;

  constructor(options: BreakerOptions) {
    this.#label = options.label;
    this.#limit = options.failures ?? 5;
    this.#windowMs = options.windowMs ?? 30_000;
    this.#pauseMs = options.pauseMs ?? 5_000;
    this.#now = options.now ?? (() => performance.now());
  }

  /** @throws DriverError `host_unreachable`, not done and retryable, while the breaker is open. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const probe = this.#enter();
    try {
      const answer = await work();
      this.reset();
      return answer;
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      if (probe) this.#probing = false;
    }
  }

  /** Closes the breaker: somebody saw it answer. */
  reset(): void {
    this.#failedAt = [];
    this.#openedAt = null;
  }

  /** Answers whether this call is the one that tries. */
  #enter(): boolean {
    if (this.#openedAt === null) return false;
    if (this.#probing || this.#now() < this.#openedAt + this.#pauseMs) {
      const message = `${this.#label} did not answer ${this.#limit} times in a row; it is asked again in a few seconds.`;
      throw new DriverError('host_unreachable', message, { outcome: 'not_done', retryable: true });
    }
    this.#probing = true;
    return true;
  }

  #failed(error: unknown): void {
    if (!(error instanceof DriverError) || !silence.has(error.code)) {
      this.reset();
      return;
    }
    const now = this.#now();
    this.#failedAt = [...this.#failedAt.filter((at) => at > now - this.#windowMs), now];
    if (this.#openedAt !== null || this.#failedAt.length >= this.#limit) this.#openedAt = now;
  }
}
