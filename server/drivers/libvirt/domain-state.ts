import type { PowerState } from '../driver.ts';

/** virDomainState → what people see. A guest that is shutting down still runs. */
const POWER_STATES: Record<number, PowerState> = {
  0: 'stopped',
  1: 'running',
  2: 'running',
  3: 'paused',
  4: 'running',
  5: 'stopped',
  6: 'crashed',
  7: 'paused',
};

const PAUSED_REASONS: Record<number, string> = {
  1: 'paused',
  2: 'migration',
  3: 'saving',
  4: 'dump',
  5: 'disk error on the host',
  6: 'watchdog',
  7: 'restored from a snapshot',
  8: 'shutting down',
  9: 'snapshot',
  10: 'crashed',
  11: 'starting',
  12: 'post-copy migration',
  13: 'post-copy migration failed',
};

const STOPPED_REASONS: Record<number, string> = {
  1: 'shut down',
  2: 'forced off',
  3: 'the emulator ended by itself',
  4: 'migrated away',
  5: 'saved',
  6: 'failed to start',
  7: 'restored from a snapshot',
  8: 'libvirt restarted',
};
const SHUTOFF = 5;
const SHUTOFF_CRASHED = 3;
const PAUSED = 3;
const PM_SUSPENDED = 7;

/** Translates libvirt's state and reason numbers (virDomainState and its reasons). */
export function powerState(state: number, reason: number): { state: PowerState; reason: string | null } {
  if (state === SHUTOFF) {
    return { state: reason === SHUTOFF_CRASHED ? 'crashed' : 'stopped', reason: STOPPED_REASONS[reason] ?? null };
  }
  if (state === PAUSED) return { state: 'paused', reason: PAUSED_REASONS[reason] ?? null };
  if (state === PM_SUSPENDED) return { state: 'paused', reason: 'asleep' };
  return { state: POWER_STATES[state] ?? 'stopped', reason: null };
}
