import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { databaseNow } from '#server/db/database-clock.ts';
import { updateInstance } from '#server/db/instance-change-store.ts';
import type { PowerState } from '#server/drivers/driver.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import { recordInstanceEvent, recordInstanceFailure } from './instance/instance-event.ts';
import { inProjectOf, instanceTarget } from './instance/instance-target.ts';
import { observeWhenDone } from './instance/observe.ts';
import { waitForState } from './instance/wait-for-state.ts';
import { type AtollStep, type AtollWorkflow, callOptions } from './workflow-tools.ts';

type Input = OperationInput<'instance.stop'>;

/** Nothing runs any more. */
const off: PowerState[] = ['stopped', 'crashed'];

/** A guest that still boots does not hear the power button: it is pressed again so often (as OpenStack Nova does). */
const askAgainMs = 10_000;

const asks = (input: Input): boolean => !input.force && input.timeoutSeconds > 0;

const requestStop: AtollStep<Input> = {
  name: 'request-stop',
  timeoutMs: 30_000,
  when: asks,
  async run(context) {
    const { driver, ref } = await instanceTarget(context);
    const observed = await driver.getInstance(ref.id, callOptions(context));
    if (observed?.state === 'running') await driver.requestStop(ref, callOptions(context));
    // The wait counts from here, also after a crash; by a clock that the next worker has, too.
    return { askedAt: (await databaseNow(context.tools.db)).toISOString() };
  },
};

const waitUntilStopped: AtollStep<Input> = {
  name: 'wait-until-stopped',
  weight: 4,
  timeoutMs: 3_660_000, // an hour is the longest wait that may be asked for
  when: asks,
  async run(context) {
    const target = await instanceTarget(context);
    const askedAt = Date.parse(String(context.outputs['request-stop']?.askedAt));
    const waitedMs = (await databaseNow(context.tools.db)).getTime() - askedAt;
    // From here by a clock that nobody sets: one that jumped would take the rest of its time from the guest.
    const until = monotonicMs() + context.input.timeoutSeconds * 1000 - waitedMs;
    for (;;) {
      const leftMs = Math.max(0, until - monotonicMs());
      const observed = await waitForState(context, target, off, Math.min(leftMs, askAgainMs));
      if (observed === null || off.includes(observed.state)) return { stopped: true };
      if (leftMs <= askAgainMs) return { stopped: false };
      // A second SIGTERM makes many programs end at once, so containers are asked only once.
      if (target.instance.kind === 'vm') await target.driver.requestStop(target.ref, callOptions(context));
    }
  },
};

const forceOff: AtollStep<Input> = {
  name: 'force-off',
  timeoutMs: 60_000,
  async run(context) {
    const target = await instanceTarget(context);
    const { driver, ref } = target;
    const observed = await driver.getInstance(ref.id, callOptions(context));
    const forced = observed !== null && !off.includes(observed.state);
    if (forced) await driver.forceOff(ref, callOptions(context, 45_000));
    const now = await waitForState(context, target, off, 10_000);
    observeWhenDone(context, target, now);
    return { forced };
  },
};

/** Asks the guest to shut down, waits as long as the user said, and forces it off then. */
export const instanceStop: AtollWorkflow<Input> = {
  kind: 'instance.stop',
  version: 1,
  input: operationInput['instance.stop'],
  direction: 'undoable',
  steps: [requestStop, waitUntilStopped, forceOff],
  async onSucceeded(tx, operation, { instanceId, force }) {
    await updateInstance(tx, inProjectOf(operation, instanceId), { desiredState: 'stopped' });
    const message = force ? 'It was forced off.' : 'It was stopped.';
    await recordInstanceEvent(tx, operation, { type: 'instance.stopped', message });
    return undefined;
  },
  onFailed: (tx, operation, _input, problem) =>
    recordInstanceFailure(tx, operation, {
      type: 'instance.stop_failed',
      message: 'It could not be stopped.',
      problem,
    }),
};
