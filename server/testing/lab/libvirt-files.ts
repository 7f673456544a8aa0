import { randomUUID } from 'node:crypto';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const network = `<network>
  <name>default</name>
  <forward mode='nat'/>
  <bridge name='virbr0' stp='off' delay='0'/>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp>
  </ip>
</network>
`;

const storagePool = `<pool type='dir'>
  <name>default</name>
  <target><path>/var/lib/libvirt/images</path></target>
</pool>
`;

/**
 * Writes what a freshly installed libvirt has below /etc/libvirt, plus a NAT network and a storage pool, both
 * called "default" and started with the daemon. All of it is below `directory`/libvirt; nothing of the machine's own
 * libvirt is read but its packaged network filters.
 */
export async function writeLibvirtFiles(directory: string): Promise<void> {
  const root = join(directory, 'libvirt');
  const etc = join(root, 'etc');
  const folders = [
    'images',
    'dnsmasq',
    'qemu/save',
    'qemu/snapshot',
    'qemu/channel/target',
    'boot',
    'network',
    'filesystems',
  ];
  await Promise.all([
    ...folders.map((folder) => mkdir(join(root, 'lib', folder), { recursive: true })),
    ...['cache', 'log/qemu'].map((folder) => mkdir(join(root, folder), { recursive: true })),
    ...['qemu/networks/autostart', 'storage/autostart'].map((folder) => mkdir(join(etc, folder), { recursive: true })),
  ]);
  await cp('/etc/libvirt/nwfilter', join(etc, 'nwfilter'), { recursive: true });
  await writeFile(join(etc, 'libvirtd.conf'), settings(libvirtdSettings()));
  await writeFile(join(etc, 'qemu.conf'), settings(qemuSettings));
  await writeFile(join(etc, 'virtlogd.conf'), '');
  await writeFile(join(etc, 'qemu/networks/default.xml'), network);
  await symlink('/etc/libvirt/qemu/networks/default.xml', join(etc, 'qemu/networks/autostart/default.xml'));
  await writeFile(join(etc, 'storage/default.xml'), storagePool);
  await symlink('/etc/libvirt/storage/default.xml', join(etc, 'storage/autostart/default.xml'));
}

function libvirtdSettings() {
  return {
    host_uuid: randomUUID(), // libvirt refuses to migrate between hosts that share one
    unix_sock_group: 'root',
    unix_sock_rw_perms: '0770',
    auth_unix_rw: 'none',
    auth_unix_ro: 'none',
  };
}

/** Everything as root, without security drivers and mount namespaces: a lab host is walled in as a whole already. */
const qemuSettings = {
  user: 'root',
  group: 'root',
  dynamic_ownership: 0,
  remember_owner: 0,
  security_driver: 'none',
  namespaces: [],
  stdio_handler: 'logd',
  vnc_listen: '127.0.0.1',
};

/** libvirt's configuration files are lines of `name = JSON value`. */
function settings(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
    .join('');
}
