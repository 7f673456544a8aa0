import type { EngineReport } from '../driver.ts';
import type { SimulatedHost } from './simulated-host.ts';

/** The doctor of a simulated host: always well. */
export function simulatedReport(host: SimulatedHost): EngineReport {
  const capacityBytes = host.diskBytes;
  return {
    version: 'simulator',
    checks: [{ id: `${host.engine}.version`, state: 'ok', found: 'simulator', fix: null, command: null }],
    capabilities:
      host.engine === 'libvirt'
        ? {
            type: 'libvirt',
            kvm: 'absent',
            arch: 'x86_64',
            domainType: 'qemu',
            machine: 'pc',
            guestAgent: false,
            bootLog: false,
          }
        : {
            type: 'docker',
            apiVersion: '1.41',
            storageDriver: 'overlay2',
            cgroupVersion: '2',
            rootless: false,
            usernsRemap: false,
            liveRestore: true,
            podman: false,
          },
    capacity: { vcpus: host.vcpus, memoryMiB: host.memoryMiB, diskGiB: Math.floor(capacityBytes / 2 ** 30) },
    pools: [{ name: 'simulated', type: 'dir', active: true, capacityBytes, availableBytes: capacityBytes }],
    networks: [{ name: 'default', mode: 'nat', subnet: '192.168.122.0/24', active: true }],
    machineId: host.machineId,
  };
}
