import { type DockerEvent, watchDockerEvents } from '#server/transport/docker-http/docker-events.ts';
import type { HostChange } from '../driver.ts';
import { Call, type DockerEngine } from './docker-engine.ts';
import { dockerFailure } from './docker-failure.ts';
import { inspectContainer } from './find-container.ts';
import { labelNames } from './labels.ts';
import { observeContainer } from './observe.ts';

/** Events after which a container may look another way. Those of exec and health checks come in crowds and say nothing. */
const telling = ['create', 'start', 'die', 'oom', 'stop', 'pause', 'unpause', 'rename', 'update', 'destroy'];

/** How long one look at a container may take before the listener is told to list instead. */
const lookTimeoutMs = 15_000;

/**
 * Tells the listener of every change of a container, each time with what it is now. Changes that come while one is being
 * looked at are told once. Returns when the daemon has answered for the first time, or has not.
 */
export async function watchContainers(
  engine: DockerEngine,
  listener: (change: HostChange) => void,
): Promise<{ stop(): Promise<void> }> {
  const stopped = new AbortController();
  const begun = Promise.withResolvers<void>();
  const looks = new Looks(engine, listener, stopped.signal);
  const filters = { type: ['container'], event: telling };
  const run = async () => {
    for await (const message of watchDockerEvents(engine.client, { filters, signal: stopped.signal })) {
      switch (message.type) {
        case 'connected':
          listener({ type: 'resync', reason: message.first ? 'watching begins' : 'events may have been lost' });
          break;
        case 'lost':
          listener({ type: 'disconnected', error: dockerFailure('Watching Docker', message.error) });
          break;
        case 'event':
          looks.at(message.event);
          break;
      }
      begun.resolve();
    }
  };
  const running = run();
  await Promise.race([begun.promise, running]);
  return {
    async stop() {
      stopped.abort();
      await running;
      await looks.finished();
    },
  };
}

/** Looks at containers, each at most once at a time and once more when it has changed meanwhile. */
class Looks {
  readonly #engine: DockerEngine;
  readonly #listener: (change: HostChange) => void;
  readonly #signal: AbortSignal;
  readonly #underway = new Map<string, { again: boolean; done: Promise<void> }>();

  constructor(engine: DockerEngine, listener: (change: HostChange) => void, signal: AbortSignal) {
    this.#engine = engine;
    this.#listener = listener;
    this.#signal = signal;
  }

  at(event: DockerEvent): void {
    const look = this.#underway.get(event.actorId);
    if (look) look.again = true;
    else this.#underway.set(event.actorId, { again: false, done: this.#look(event) });
  }

  async finished(): Promise<void> {
    await Promise.all([...this.#underway.values()].map(({ done }) => done));
  }

  async #look({ actorId, attributes }: DockerEvent): Promise<void> {
    try {
      do {
        await Promise.resolve(); // the entry in #underway is made after this begins
        const look = this.#underway.get(actorId);
        if (look) look.again = false;
        const call = new Call({ signal: this.#signal, timeoutMs: lookTimeoutMs });
        const container = await inspectContainer(this.#engine, call, actorId);
        const observed = container && observeContainer(container);
        const id = observed?.id ?? attributes[labelNames.instance] ?? actorId;
        if (!this.#signal.aborted) this.#listener({ type: 'instance', id, observed });
      } while (this.#underway.get(actorId)?.again);
    } catch (error) {
      if (this.#signal.aborted) return;
      this.#listener({ type: 'resync', reason: dockerFailure('Looking at a container', error).message });
    } finally {
      this.#underway.delete(actorId);
    }
  }
}
