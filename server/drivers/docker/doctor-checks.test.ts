import { expect, test } from 'vitest';
import { doctorCheckSchema } from '#server/contract/host.ts';
import type { DockerInfo } from './answers.ts';
import { doctorChecks } from './doctor-checks.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const version = { version: '20.10.24', apiVersion: '1.41', spoken: '1.41', components: ['Engine'] };
const info: DockerInfo = {
  ID: 'x',
  NCPU: 4,
  MemTotal: 8 * 2 ** 30,
  Driver: 'overlay2',
  DockerRootDir: '/var/lib/docker',
  CgroupVersion: '2',
  SystemTime: '2026-01-01T00:00:01Z',
  SecurityOptions: ['name=seccomp,profile=default', 'name=userns'],
  LiveRestoreEnabled: true,
  MemoryLimit: true,
  SwapLimit: true,
  PidsLimit: true,
  CpuCfsQuota: true,
  IPv4Forwarding: true,
};
const disk = { totalBytes: 100 * 2 ** 30, availableBytes: 50 * 2 ** 30 };
const well = { version, info, disk, now };

test('a healthy host is green throughout', () => {
  const checks = doctorCheckSchema.array().parse(doctorChecks(well));
  expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
});

test.each([
  ['docker.version', 'bad', { ...well, version: { ...version, apiVersion: '1.9' } }],
  ['docker.engine', 'warn', { ...well, version: { ...version, components: ['Podman Engine'] } }],
  ['docker.storage', 'warn', { ...well, info: { ...info, Driver: 'vfs' } }],
  ['docker.disk', 'bad', { ...well, disk: { ...disk, availableBytes: 2 ** 30 } }],
  ['docker.disk', 'skipped', { ...well, disk: null }],
  ['docker.cgroups', 'bad', { ...well, info: { ...info, MemoryLimit: false, PidsLimit: false } }],
  ['docker.forwarding', 'bad', { ...well, info: { ...info, IPv4Forwarding: false } }],
  ['docker.user-namespaces', 'warn', { ...well, info: { ...info, SecurityOptions: null } }],
  ['docker.live-restore', 'warn', { ...well, info: { ...info, LiveRestoreEnabled: false } }],
  ['docker.clock', 'warn', { ...well, info: { ...info, SystemTime: '2026-01-01T00:00:06Z' } }],
])('%s is %s and says what to do', (id, state, facts) => {
  const found = doctorChecks(facts).filter((check) => check.state !== 'ok');
  expect(found).toMatchObject([{ id, state, fix: expect.stringMatching(/\.$/) }]);
});
