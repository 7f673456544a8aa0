import type { EngineType } from '#server/contract/host.ts';
import type { Db } from '#server/db/client.ts';
import type { HostRow } from '#server/db/host-store.ts';
import type { SecretRef } from '#server/db/sealed-secret-store.ts';
import type { Driver } from '#server/drivers/driver.ts';
import type { UrlPolicy } from '#server/platform/outbound-http/url-policy.ts';
import type { Secret } from '#server/platform/secret.ts';
import type { Step, StepContext, Workflow } from '../engine/workflow.ts';
import type { HostReport } from '../host-link/host-report.ts';

/** All that steps may reach beyond their operation. Built by main/worker.ts; tests build it on simulators. */
export interface WorkflowTools {
  /** For reading; writes go through `context.commit`. */
  db: Db;
  /** Images and uploads, shared with the web process. */
  dataDir: string;
  /** What may be downloaded from. */
  urlPolicy(): Promise<UrlPolicy>;
  hosts: HostTools;
  /** Opens what somebody typed once; null when there is none. */
  openSecret(ref: SecretRef): Promise<Secret<string> | null>;
}

export interface HostTools {
  /**
   * The driver of an engine of a host that may be used now.
   * @throws DriverError, not done: host_unreachable, host_quarantined, engine_unavailable.
   */
  driver(hostId: string, engine: EngineType): Promise<Driver>;
  /** The same of a host whose row was just read. */
  driverOf(host: HostRow, engine: EngineType): Promise<Driver>;
  /** Connects to a host whatever its state is, and looks at all of it. @throws DriverError. */
  inspect(
    hostId: string,
    options: { signal: AbortSignal; timeoutMs: number; bootTestGuest: boolean },
  ): Promise<HostReport>;
  /** The host keys that a machine shows, without signing in. @throws DriverError. */
  scanKeys(
    address: { host: string; port: number },
    signal: AbortSignal,
  ): Promise<{ type: string; fingerprint: string }[]>;
  /** Resolves when the host says that something happened to the instance, or after so many milliseconds. */
  instanceChanged(instanceId: string, atMostMs: number, signal: AbortSignal): Promise<void>;
  /** Has the reconcilers look at the host again soon: its row or what is on it has changed. */
  refresh(hostId: string): void;
}

export type AtollContext<Input> = StepContext<Input, WorkflowTools>;
export type AtollStep<Input> = Step<Input, WorkflowTools>;
export type AtollWorkflow<Input> = Workflow<Input, WorkflowTools>;

/** What every call of a driver takes: at most so long, and never past the deadline of the step. */
export function callOptions(
  context: Pick<StepContext<unknown, unknown>, 'signal' | 'remainingMs'>,
  timeoutMs = 15_000,
): { signal: AbortSignal; timeoutMs: number } {
  return { signal: context.signal, timeoutMs: Math.max(1, Math.ceil(Math.min(timeoutMs, context.remainingMs()))) };
}
