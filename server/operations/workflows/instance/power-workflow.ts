import { operationInput } from '#server/contract/operation-input.ts';
import { updateInstance } from '#server/db/instance-change-store.ts';
import type { DesiredState } from '#server/db/instance-row.ts';
import type { CallOptions, Driver, InstanceRef, PowerState } from '#server/drivers/driver.ts';
import { type AtollWorkflow, callOptions } from '../workflow-tools.ts';
import { recordInstanceEvent, recordInstanceFailure } from './instance-event.ts';
import { inProjectOf, instanceTarget } from './instance-target.ts';
import { observeWhenDone } from './observe.ts';
import { waitForState } from './wait-for-state.ts';

interface PowerVerb {
  kind: 'instance.start' | 'instance.reboot' | 'instance.reset' | 'instance.pause' | 'instance.resume';
  /** Name of the step that acts. */
  step: string;
  act(driver: Driver, ref: InstanceRef, options: CallOptions): Promise<void>;
  /** What it is afterwards. */
  reaches: PowerState & DesiredState;
  /** For the history, by success and by failure. */
  done: { type: `instance.${string}`; message: string };
  failed: { type: `instance.${string}`; message: string };
}

/** A container may end by itself as soon as it was started: then that is what happened, and no failure of the start. */
const settleMs = 15_000;

/**
 * A verb that changes the state of an instance and is over in seconds. There is nothing to undo: a start that failed has
 * not started, and the state shown is always the one that the host tells.
 */
export function powerWorkflow(verb: PowerVerb): AtollWorkflow<{ instanceId: string }> {
  return {
    kind: verb.kind,
    version: 1,
    input: operationInput[verb.kind],
    direction: 'undoable',
    steps: [
      {
        name: verb.step,
        timeoutMs: 60_000,
        async run(context) {
          const { driver, ref } = await instanceTarget(context);
          await verb.act(driver, ref, callOptions(context, 45_000));
          return undefined;
        },
      },
      {
        name: 'wait-for-state',
        light: true,
        timeoutMs: 30_000,
        async run(context) {
          const target = await instanceTarget(context);
          const ended: PowerState[] = verb.reaches === 'running' ? ['stopped', 'crashed'] : [];
          const observed = await waitForState(context, target, [verb.reaches, ...ended], settleMs);
          observeWhenDone(context, target, observed);
          return { state: observed?.state ?? 'missing' };
        },
      },
    ],
    async onSucceeded(tx, operation, { instanceId }) {
      await updateInstance(tx, inProjectOf(operation, instanceId), { desiredState: verb.reaches });
      await recordInstanceEvent(tx, operation, verb.done);
      return undefined;
    },
    onFailed: (tx, operation, _input, problem) => recordInstanceFailure(tx, operation, { ...verb.failed, problem }),
  };
}
