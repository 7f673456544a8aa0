import type { Machine } from '#server/transport/machine.ts';
import { loadScript } from './load-script.ts';

/** What a machine says of its load at one moment. CPU counters are in ticks since it was started. */
export interface LoadReading {
  busyTicks: number;
  totalTicks: number;
  /** Share of memory that is in use and could not be had at once, 0 to 1. */
  memory: number;
}

/** Asks a machine. @throws TransportError; null where it is no Linux that we can read. */
export async function readLoad(
  machine: Machine,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<LoadReading | null> {
  return parseLoad((await machine.runScript(loadScript, options)).stdout);
}

/** Reads what the script printed. */
export function parseLoad(text: string): LoadReading | null {
  const facts = new Map(
    text.split('\n').map((line): [string, string] => [line.split('=')[0] ?? '', line.split('=')[1] ?? '']),
  );
  const ticks = (facts.get('cpu') ?? '').trim().split(/\s+/).map(Number);
  const total = Number(facts.get('total'));
  const available = Number(facts.get('available'));
  // user nice system idle iowait irq softirq steal; guest time is in user already (proc(5)).
  const [user, nice, system, idle, iowait, irq, softirq, steal = 0] = ticks;
  if (![user, nice, system, idle, iowait, irq, softirq, total, available].every(Number.isFinite) || !(total > 0))
    return null;
  const busy = user! + nice! + system! + irq! + softirq! + steal;
  return { busyTicks: busy, totalTicks: busy + idle! + iowait!, memory: share(1 - available / total) };
}

/** The share of CPU time that was busy between two readings; null where the machine was started anew, or no time has passed. */
export function cpuShare(before: LoadReading, after: LoadReading): number | null {
  const total = after.totalTicks - before.totalTicks;
  const busy = after.busyTicks - before.busyTicks;
  return total > 0 && busy >= 0 ? share(busy / total) : null;
}

const share = (value: number): number => Math.min(1, Math.max(0, value));
