import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { LibvirtConnection } from '#server/transport/libvirt-rpc/libvirt-connection.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import { HostCalls } from './host-calls.ts';
import { LibvirtDriver } from './libvirt-driver.ts';
import { bootTestGuest } from './test-guest.ts';

const options = () => ({ signal: new AbortController().signal, timeoutMs: 60_000 });

describe('the test guest', () => {
  let host: LabHost;
  const machine = new LocalMachine();
  beforeAll(async () => {
    host = await startHost({ name: 'test-guest', engines: ['libvirt'], kvm: true });
  });
  afterAll(() => host?.stop());

  it.each(['pc', 'q35'])('boots, computes and turns itself off where the processor works (%s)', async (type) => {
    const connection = new LibvirtConnection({
      openSocket: ({ signal }) => machine.openUnixSocket(host.info.libvirtSocketPath, { signal }),
      uri: 'qemu:///system',
    });
    await connection.connect();
    const calls = new HostCalls(connection, 'qemu:///system', options());
    expect(await bootTestGuest(calls, { domainType: 'qemu', machine: type, deadlineMs: 55_000 })).toMatchObject({
      boots: true,
    });
    await connection.close();
    expect((await host.virsh(['list', '--all', '--name'])).trim()).toBe('');
    expect(await host.virsh(['vol-list', 'default'])).not.toContain('test-guest');
  });

  it.runIf(existsSync('/dev/kvm'))('tells whether KVM truly boots, and the doctor follows it', async () => {
    const driver = new LibvirtDriver({ machine, socketPath: host.info.libvirtSocketPath });
    const untested = await driver.inspect({ ...options(), bootTestGuest: false });
    expect(untested.capabilities).toMatchObject({ domainType: 'qemu' });
    const { capabilities, checks } = await driver.inspect({ ...options(), bootTestGuest: true });
    const kvm = checks.find(({ id }) => id === 'libvirt.kvm');
    if (capabilities.type !== 'libvirt') throw new Error('this is not libvirt');
    if (capabilities.kvm === 'works') {
      expect(kvm).toMatchObject({ state: 'ok', found: /booted in \d+ ms/ });
      expect(capabilities.domainType).toBe('kvm');
    } else {
      expect(kvm).toMatchObject({
        state: 'warn',
        found: /did not boot/,
        fix: /emulated/,
        command: /virt-host-validate/,
      });
      expect(capabilities).toMatchObject({ kvm: 'broken', domainType: 'qemu' });
    }
    expect((await host.virsh(['list', '--all', '--name'])).trim()).toBe('');
    await driver.close();
  });
});
