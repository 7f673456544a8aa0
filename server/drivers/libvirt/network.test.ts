import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { LibvirtConnection } from '#server/transport/libvirt-rpc/libvirt-connection.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import { HostCalls } from './host-calls.ts';
import { OWN_NETWORK_NAME } from './names.ts';
import { ensureNetwork, listNetworks } from './network.ts';

describe('networks', () => {
  let host: LabHost;
  let connection: LibvirtConnection;
  const calls = () =>
    new HostCalls(connection, 'qemu:///system', { signal: new AbortController().signal, timeoutMs: 30_000 });

  beforeAll(async () => {
    host = await startHost({ name: 'networks', engines: ['libvirt'] });
    const machine = new LocalMachine();
    connection = new LibvirtConnection({
      openSocket: ({ signal }) => machine.openUnixSocket(host.info.libvirtSocketPath, { signal }),
      uri: 'qemu:///system',
    });
    await connection.connect();
  });
  afterAll(async () => {
    await connection?.close();
    await host?.stop();
  });

  async function define(xml: string): Promise<void> {
    await host.runInside(['tee', '/run/net.xml'], { input: xml });
    await host.virsh(['net-define', '/run/net.xml']);
  }

  it('are read in all their modes', async () => {
    await define("<network><name>lonely</name><ip address='10.9.8.7' prefix='20'/></network>");
    await define("<network><name>bridged</name><forward mode='bridge'/><bridge name='br9'/></network>");
    await define("<network><name>six</name><forward/><ip family='ipv6' address='fd00::1' prefix='64'/></network>");
    const networks = await listNetworks(calls());
    expect(networks.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'bridged', mode: 'bridge', subnet: null, active: false, ours: false },
      { name: 'default', mode: 'nat', subnet: '192.168.122.0/24', active: true, ours: false },
      { name: 'lonely', mode: 'isolated', subnet: '10.9.0.0/20', active: false, ours: false },
      { name: 'six', mode: 'nat', subnet: null, active: false, ours: false },
    ]);
  });

  it('of our own take the next addresses when the host uses the first, and start again after a reboot', async () => {
    await host.runInside(['ip', 'link', 'add', 'taken', 'type', 'bridge']);
    await host.runInside(['ip', 'addr', 'add', '10.213.10.77/24', 'dev', 'taken']);
    await host.runInside(['ip', 'link', 'set', 'taken', 'up']);
    await ensureNetwork(calls(), OWN_NETWORK_NAME);
    const own = async () => (await listNetworks(calls())).find(({ ours }) => ours);
    expect(await own()).toMatchObject({ name: 'atoll', subnet: '10.213.20.0/24', active: true });
    await host.virsh(['net-destroy', OWN_NETWORK_NAME]);
    await ensureNetwork(calls(), OWN_NETWORK_NAME);
    expect(await own()).toMatchObject({ subnet: '10.213.20.0/24', active: true });
  });

  it('of others are not started, even under our name', async () => {
    await expect(ensureNetwork(calls(), 'lonely')).rejects.toMatchObject({ code: 'host_unsuitable' });
    await expect(ensureNetwork(calls(), 'nowhere')).rejects.toMatchObject({ code: 'host_unsuitable' });
    await ensureNetwork(calls(), 'none');
    await host.virsh(['net-destroy', OWN_NETWORK_NAME]);
    await host.virsh(['net-undefine', OWN_NETWORK_NAME]);
    await define("<network><name>atoll</name><ip address='10.7.7.1' prefix='24'/></network>");
    await expect(ensureNetwork(calls(), OWN_NETWORK_NAME)).rejects.toMatchObject({ message: /virsh net-start atoll/ });
    expect(await host.virsh(['net-list', '--name'])).not.toContain('atoll');
  });
});
