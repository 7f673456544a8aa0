import { AtollError } from '#server/contract/errors.ts';
import { getHost, updateHost } from '#server/db/host-store.ts';
import { DriverError } from '#server/drivers/driver.ts';
import { requireKnown } from '../../host-link/machine-identity.ts';
import { quarantineFor } from '../../host-link/quarantine.ts';
import type { AtollStep } from '../workflow-tools.ts';
import { identityIn, saveHostReport } from './save-report.ts';

/** A test guest takes some seconds where KVM works, and its whole patience where it hangs. */
const inspectMs = 180_000;

/** Looks at all of a host and writes what it found; a red line is a finding, no failure. */
export const inspectStep: AtollStep<{ hostId: string }> = {
  name: 'inspect',
  weight: 4,
  timeoutMs: inspectMs + 15_000,
  maxAttempts: 2,
  async run({ tools, input, signal, commit, log }) {
    const options = { signal, timeoutMs: inspectMs, bootTestGuest: true };
    const look = async () => {
      const found = await tools.hosts.inspect(input.hostId, options);
      requireKnown(await getHost(tools.db, { id: input.hostId }), identityIn(found));
      return found;
    };
    const report = await look().catch(async (error: unknown) => {
      if (error instanceof DriverError && error.code === 'host_key_mismatch') {
        await commit((tx) => updateHost(tx, { id: input.hostId }, quarantineFor(error)));
      }
      throw error;
    });
    const checks = await commit((tx) => saveHostReport(tx, input.hostId, report));
    for (const check of checks)
      if (check.state === 'bad' || check.state === 'warn') log('warn', `${check.id}: ${check.found}`);
    tools.hosts.refresh(input.hostId);
    if (report.engines.length === 0) {
      throw new AtollError('host_unsuitable', 'Neither libvirt nor Docker was found on the machine.', {
        hint: 'Install one of them: apt install libvirt-daemon-system qemu-system-x86, or apt install docker.io.',
      });
    }
    const silent = report.engines.flatMap((engine) => ('error' in engine ? [engine.error] : []));
    const [first] = silent;
    if (first && silent.length === report.engines.length) throw first;
    return {
      engines: report.engines.map((engine) => engine.type),
      bad: checks.filter((c) => c.state === 'bad').length,
    };
  },
};

/** The host has answered: it may be used, unless an admin has put it into maintenance or removes it. */
export const takeInStep: AtollStep<{ hostId: string }> = {
  name: 'take-in',
  timeoutMs: 30_000,
  async run({ tools, input, commit }) {
    const { id, maintenance, state } = await getHost(tools.db, { id: input.hostId });
    if (state === 'removing') return undefined;
    const patch = {
      state: maintenance ? 'maintenance' : 'online',
      stateReason: null,
      offeredFingerprint: null,
    } as const;
    await commit((tx) => updateHost(tx, { id }, patch));
    tools.hosts.refresh(id);
    return undefined;
  },
};
