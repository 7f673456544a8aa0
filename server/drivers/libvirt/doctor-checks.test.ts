import { expect, it } from 'vitest';
import { versionText } from './capabilities.ts';
import { type DoctorFacts, doctorChecks } from './doctor-checks.ts';

const GOOD: DoctorFacts = {
  libvirtVersion: '9.0.0',
  hypervisor: { machineId: 'x', arch: 'x86_64', offersKvm: true, machine: 'pc-i440fx-7.2', emulator: '/usr/bin/qemu' },
  testGuest: { boots: true, tookMs: 400 },
  pools: [{ name: 'default', type: 'dir', active: true, capacityBytes: 100e9, availableBytes: 50e9, path: '/x' }],
  networks: [{ name: 'default', mode: 'nat', subnet: '192.168.122.0/24', active: true, ours: false }],
};
const check = (id: string, facts: Partial<DoctorFacts>) =>
  doctorChecks({ ...GOOD, ...facts }).find((each) => each.id === id);

it('finds nothing on a good host', () => {
  expect(doctorChecks(GOOD).map(({ state, fix }) => ({ state, fix }))).toEqual(
    Array(6).fill({ state: 'ok', fix: null }),
  );
});

it.each([
  ['libvirt.version', { libvirtVersion: '5.0.0' }, 'bad', /apt-get install/],
  ['libvirt.emulator', { hypervisor: { ...GOOD.hypervisor, machine: null } }, 'bad', /qemu-system/],
  ['libvirt.kvm', { hypervisor: { ...GOOD.hypervisor, offersKvm: false } }, 'warn', /modprobe/],
  ['libvirt.kvm', { testGuest: { boots: false, why: 'it hangs' } }, 'warn', /virt-host-validate/],
  ['libvirt.pool', { pools: [{ ...GOOD.pools[0], active: false }] }, 'warn', /virsh pool-start -- default/],
  [
    'libvirt.network',
    { networks: [{ ...GOOD.networks[0], name: "it's; rm -rf /", active: false }] },
    'warn',
    /virsh net-start -- 'it'\\''s; rm -rf \/' /,
  ],
] as [string, Partial<DoctorFacts>, string, RegExp][])('%s tells what to do', (id, facts, state, command) => {
  expect(check(id, facts)).toMatchObject({ state, fix: /./, command });
});

it('warns of a full pool, and is content where we shall make the places ourselves', () => {
  const full = [{ ...GOOD.pools[0]!, availableBytes: 1e9 }];
  expect(check('libvirt.space', { pools: full })).toMatchObject({ state: 'warn', found: /default: 0.9 GiB free/ });
  expect(check('libvirt.pool', { pools: [] })).toMatchObject({ state: 'ok', fix: null });
  expect(check('libvirt.network', { networks: [] })).toMatchObject({ state: 'ok', fix: null });
  expect(check('libvirt.kvm', { testGuest: null })).toMatchObject({ state: 'skipped', fix: null });
});

it("reads libvirt's version numbers", () => {
  expect([9_000_000n, 11_002_003n, 6_000_010n].map(versionText)).toEqual(['9.0.0', '11.2.3', '6.0.10']);
});
