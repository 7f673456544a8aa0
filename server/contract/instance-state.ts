/** What people and programs see of an instance. */
export const instanceStates = [
  'creating',
  'running',
  'paused',
  'stopped',
  'crashed',
  'failed',
  'deleting',
  'missing',
  'unreachable',
] as const;
export type InstanceState = (typeof instanceStates)[number];

export const instanceKinds = ['vm', 'container'] as const;
export type InstanceKind = (typeof instanceKinds)[number];

export const instanceActions = [
  'start',
  'stop',
  'forceOff',
  'reboot',
  'reset',
  'pause',
  'resume',
  'rename',
  'delete',
] as const;
export type InstanceAction = (typeof instanceActions)[number];

/** The one table: in which states an action is possible. Buttons, REST and services all read it. */
export const instanceCan: Record<InstanceAction, readonly InstanceState[]> = {
  start: ['stopped', 'crashed'],
  stop: ['running'],
  forceOff: ['running', 'paused', 'crashed'],
  reboot: ['running'],
  reset: ['running'],
  pause: ['running'],
  resume: ['paused'],
  rename: ['running', 'paused', 'stopped', 'crashed'],
  delete: ['running', 'paused', 'stopped', 'crashed', 'failed', 'missing'],
};

/** Actions that a container has no counterpart for. */
const vmOnly: readonly InstanceAction[] = ['reset'];

/** Why an action is not possible; translated by the browser as `instance.cannot.<reason>`. */
export type CannotReason =
  | 'busy'
  | 'unreachable'
  | 'vmOnly'
  | 'alreadyRunning'
  | 'notRunning'
  | 'notPaused'
  | 'wrongState';

export type Can = { ok: true } | { ok: false; reason: CannotReason };

/** Whether an action is possible on an instance now, and if not, why. `task` is the kind of the operation in flight. */
export function canInstance(
  action: InstanceAction,
  instance: { kind: InstanceKind; state: InstanceState; task: { kind: string } | null },
): Can {
  if (instance.kind === 'container' && vmOnly.includes(action)) return { ok: false, reason: 'vmOnly' };
  // A force off is how one gets out of a stop that hangs: the service cancels the stop first.
  if (instance.task && !(action === 'forceOff' && instance.task.kind === 'instance.stop'))
    return { ok: false, reason: 'busy' };
  if (instanceCan[action].includes(instance.state)) return { ok: true };
  if (instance.state === 'unreachable') return { ok: false, reason: 'unreachable' };
  if (action === 'start' && (instance.state === 'running' || instance.state === 'paused'))
    return { ok: false, reason: 'alreadyRunning' };
  if (action === 'resume') return { ok: false, reason: 'notPaused' };
  if (['stop', 'forceOff', 'reboot', 'reset', 'pause'].includes(action)) return { ok: false, reason: 'notRunning' };
  return { ok: false, reason: 'wrongState' };
}

/** English sentence for a reason, for API clients. */
export const cannotText: Record<CannotReason, string> = {
  busy: 'Another operation on it is still running.',
  unreachable: 'Its host does not answer.',
  vmOnly: 'Only virtual machines have this.',
  alreadyRunning: 'It is running already.',
  notRunning: 'It is not running.',
  notPaused: 'It is not paused.',
  wrongState: 'It is not possible in this state.',
};
