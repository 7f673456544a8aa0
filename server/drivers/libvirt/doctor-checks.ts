import type { DoctorCheck } from '#server/contract/host.ts';
import type { HypervisorFacts } from './capabilities.ts';
import { OWN_NETWORK_NAME, OWN_POOL_NAME } from './names.ts';
import type { NetworkInfo } from './network.ts';
import type { PoolInfo } from './pool.ts';
import type { TestGuestResult } from './test-guest.ts';

export interface DoctorFacts {
  libvirtVersion: string;
  hypervisor: HypervisorFacts;
  /** Null where it was not tried. */
  testGuest: TestGuestResult | null;
  pools: PoolInfo[];
  networks: NetworkInfo[];
}

type Remedy = { fix: string; command?: string };
type Found = { state: DoctorCheck['state']; found: string; remedy?: Remedy };

/** libvirt 6.0 (2020) is the oldest that current distributions still support. */
const OLDEST_MAJOR = 6;
const BYTES_PER_GIB = 1024 ** 3;
/** Below this share of a pool QEMU soon pauses its guests with disk errors. */
const SCARCE_SHARE = 0.05;

/** Every line of the host doctor about libvirt, green ones too. Each red one says what to do. */
export function doctorChecks(facts: DoctorFacts): DoctorCheck[] {
  return [
    line('libvirt.version', checkVersion(facts)),
    line('libvirt.emulator', checkEmulator(facts)),
    line('libvirt.kvm', checkKvm(facts)),
    line('libvirt.pool', checkPools(facts.pools)),
    line('libvirt.space', checkSpace(facts.pools)),
    line('libvirt.network', checkNetworks(facts.networks)),
  ];
}

function line(id: string, { state, found, remedy }: Found): DoctorCheck {
  return { id, state, found, fix: remedy?.fix ?? null, command: remedy?.command ?? null };
}

function checkVersion({ libvirtVersion }: DoctorFacts): Found {
  if (Number.parseInt(libvirtVersion, 10) >= OLDEST_MAJOR) return { state: 'ok', found: libvirtVersion };
  const remedy = { fix: 'Install libvirt 6.0 or newer.', command: 'apt-get install libvirt-daemon-system' };
  return { state: 'bad', found: libvirtVersion, remedy };
}

function checkEmulator({ hypervisor }: DoctorFacts): Found {
  if (hypervisor.machine) return { state: 'ok', found: `${hypervisor.emulator ?? 'QEMU'} (${hypervisor.machine})` };
  const remedy = { fix: 'Install QEMU for the architecture of the host.', command: 'apt-get install qemu-system' };
  return { state: 'bad', found: `no emulator for ${hypervisor.arch}`, remedy };
}

function checkKvm({ hypervisor, testGuest }: DoctorFacts): Found {
  if (!hypervisor.offersKvm) {
    const remedy = {
      fix: 'Turn on VT-x or AMD-V in the firmware, or nested virtualisation where the host is a VM itself. Until then VMs are emulated, which is many times slower.',
      command: 'modprobe -a kvm_intel kvm_amd; ls -l /dev/kvm',
    };
    return { state: 'warn', found: 'no KVM', remedy };
  }
  if (testGuest === null) return { state: 'skipped', found: 'KVM is offered; no test guest was booted' };
  if (testGuest.boots) return { state: 'ok', found: `a test guest booted in ${testGuest.tookMs} ms` };
  const remedy = {
    fix: 'KVM is offered but does not work, so VMs are emulated here, which is many times slower. Where the host is a VM itself, ask for nested virtualisation.',
    command: 'virt-host-validate qemu; dmesg | grep -i kvm',
  };
  return { state: 'warn', found: `a test guest did not boot: ${testGuest.why}`, remedy };
}

function checkPools(pools: PoolInfo[]): Found {
  const stopped = pools.find((pool) => !pool.active && pool.name !== OWN_POOL_NAME);
  const active = pools.filter((pool) => pool.active);
  const found =
    active.map((pool) => `${pool.name} (${pool.type})`).join(', ') || `none; Atoll makes "${OWN_POOL_NAME}"`;
  if (!stopped) return { state: 'ok', found };
  const remedy = {
    fix: `Storage pool ${stopped.name} is not active.`,
    command: `virsh pool-start -- ${quote(stopped.name)}`,
  };
  return { state: active.length > 0 ? 'ok' : 'warn', found, remedy };
}

function checkSpace(pools: PoolInfo[]): Found {
  const active = pools.filter((pool) => pool.active && pool.capacityBytes > 0);
  if (active.length === 0) return { state: 'skipped', found: 'no active storage pool' };
  const found = active
    .map((pool) => `${pool.name}: ${gib(pool.availableBytes)} GiB free of ${gib(pool.capacityBytes)} GiB`)
    .join(', ');
  const scarce = active.find((pool) => pool.availableBytes < pool.capacityBytes * SCARCE_SHARE);
  if (!scarce) return { state: 'ok', found };
  return {
    state: 'warn',
    found,
    remedy: { fix: `Storage pool ${scarce.name} is almost full: free space or enlarge it.` },
  };
}

function checkNetworks(networks: NetworkInfo[]): Found {
  const active = networks.filter((network) => network.active);
  const stopped = networks.find((network) => !network.active && !network.ours);
  const found = active.map((network) => `${network.name} (${network.mode})`).join(', ');
  if (active.length > 0) return { state: 'ok', found };
  if (!stopped) return { state: 'ok', found: `none; Atoll makes "${OWN_NETWORK_NAME}"` };
  const name = quote(stopped.name);
  const command = `virsh net-start -- ${name} && virsh net-autostart -- ${name}`;
  return { state: 'warn', found: `none is active`, remedy: { fix: `Network ${stopped.name} is not active.`, command } };
}

function gib(bytes: number): string {
  return (bytes / BYTES_PER_GIB).toFixed(1);
}

/** The command is pasted into a shell by a person; the name came from the host. */
function quote(name: string): string {
  return /^[A-Za-z0-9._][A-Za-z0-9._-]*$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
