import type { EngineReport } from '../driver.ts';
import { readHypervisor, versionText } from './capabilities.ts';
import { doctorChecks } from './doctor-checks.ts';
import type { HostCalls } from './host-calls.ts';
import { OWN_POOL_NAME } from './names.ts';
import { listNetworks } from './network.ts';
import { listPools, type PoolInfo } from './pool.ts';
import { bootTestGuest, type TestGuestResult } from './test-guest.ts';

const KIB_PER_MIB = 1024;
const BYTES_PER_GIB = 1024 ** 3;
/** The only architecture that the test guest is written for; elsewhere KVM is taken at its word. */
const TESTABLE_ARCH = 'x86_64';

/**
 * Facts and red lines of a libvirt host. KVM counts as working only after a guest truly booted: with `boot`, or in
 * `earlier`, the result of the last time.
 */
export async function inspectHost(
  calls: HostCalls,
  { boot, earlier }: { boot: boolean; earlier: TestGuestResult | null },
): Promise<{ report: EngineReport; testGuest: TestGuestResult | null }> {
  const hypervisor = await readHypervisor(calls);
  const { offersKvm, arch, machine } = hypervisor;
  const testable = boot && offersKvm && machine !== null && arch === TESTABLE_ARCH;
  const testGuest = testable ? await bootTestGuest(calls, { domainType: 'kvm', machine }) : earlier;
  const [{ v: libvirt }, node, pools, networks] = await Promise.all([
    calls.call('connectGetLibVersion', {}),
    calls.call('nodeGetInfo', {}),
    listPools(calls),
    listNetworks(calls),
  ]);
  const libvirtVersion = versionText(libvirt);
  const kvm = kvmState(offersKvm, arch, testGuest);
  const report: EngineReport = {
    version: libvirtVersion,
    checks: doctorChecks({ libvirtVersion, hypervisor, testGuest, pools, networks }),
    capabilities: {
      type: 'libvirt',
      kvm,
      arch,
      domainType: kvm === 'works' ? 'kvm' : 'qemu',
      machine: machine ?? 'pc',
      guestAgent: !calls.isTestDriver,
      bootLog: !calls.isTestDriver,
    },
    capacity: {
      vcpus: node.cpus,
      memoryMiB: Math.floor(Number(node.memory) / KIB_PER_MIB),
      diskGiB: Math.floor(diskBytes(pools) / BYTES_PER_GIB),
    },
    pools: pools.map(({ name, type, active, capacityBytes, availableBytes }) => ({
      name,
      type,
      active,
      capacityBytes,
      availableBytes,
    })),
    networks: networks.map(({ name, mode, subnet, active }) => ({ name, mode, subnet, active })),
    machineId: hypervisor.machineId,
  };
  return { report, testGuest };
}

function kvmState(offered: boolean, arch: string, testGuest: TestGuestResult | null): 'works' | 'broken' | 'absent' {
  if (!offered) return 'absent';
  if (arch !== TESTABLE_ARCH) return 'works';
  return testGuest?.boots ? 'works' : 'broken';
}

/** Pools may share one file system, so they are not added up: our own counts, or else the largest. */
function diskBytes(pools: PoolInfo[]): number {
  const own = pools.find((pool) => pool.name === OWN_POOL_NAME && pool.active);
  return own?.capacityBytes ?? Math.max(0, ...pools.filter((pool) => pool.active).map((pool) => pool.capacityBytes));
}
