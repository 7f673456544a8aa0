import type { DoctorCheck, EngineType } from '#server/contract/host.ts';
import type { DriverError, EngineReport } from '#server/drivers/driver.ts';

/** What the machine itself says, beside its engines. */
export interface MachineReport {
  system: { hostname: string; os: string; kernel: string; arch: string; cpuModel: string };
  checks: DoctorCheck[];
  /** Who the machine says that it is, see machine-identity.ts; null where it has no id. */
  identity: string | null;
}

/** One look at a host: the machine, and each engine that it was asked for. */
export interface HostReport {
  /** null where there is no machine to sign in to: Docker over TLS. */
  machine: MachineReport | null;
  /** Engines that are not installed are left out; one that is there and does not answer carries its error. */
  engines: ({ type: EngineType } & ({ report: EngineReport } | { error: DriverError }))[];
}
