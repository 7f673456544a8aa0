import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guestImagePath } from './built-images.ts';
import type { LabHost } from './lab-host.ts';
import { runCommand } from './run-command.ts';
import { startHost } from './start-host.ts';

const mac = '52:54:00:12:34:56';
const domain = `<domain type='qemu'>
  <name>mini</name><memory unit='MiB'>160</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <cpu mode='custom'><model>qemu64</model></cpu>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
      <source file='/var/lib/libvirt/images/mini.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><source file='/var/lib/libvirt/images/seed.iso'/><target dev='hda' bus='ide'/></disk>
    <interface type='network'><mac address='${mac}'/><source network='default'/><model type='virtio'/></interface>
    <serial type='pty'/><console type='pty'/>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
</domain>`;

let host: LabHost;
let images: string;

beforeAll(async () => {
  host = await startHost({ name: 'guest', engines: ['libvirt'] });
  images = join(host.info.directory, 'libvirt/lib/images');
  const [, keyType, key] = /^(\S+) (\S+)/.exec(host.info.ssh.publicKey) ?? [];
  // As YAML writers do it: a list, and lines folded after 80 columns.
  await writeFile(
    join(images, 'user-data'),
    `#cloud-config\nssh_authorized_keys:\n  - ${keyType}\n    ${key}\n    someone\n`,
  );
  await writeFile(join(images, 'meta-data'), '{"instance-id": "i-1", "local-hostname": "web-1"}\n');
  const seed = ['-quiet', '-output', 'seed.iso', '-volid', 'cidata', '-joliet', '-rock', 'user-data', 'meta-data'];
  await runCommand(['env', `--chdir=${images}`, 'genisoimage', ...seed]);
  await runCommand([
    'qemu-img',
    'create',
    '-q',
    '-f',
    'qcow2',
    '-F',
    'qcow2',
    '-b',
    await guestImagePath(),
    join(images, 'mini.qcow2'),
  ]);
}, 300_000);
afterAll(() => host.stop());

async function address(): Promise<string> {
  const poll = expect.poll(() => host.virsh(['net-dhcp-leases', 'default', '--mac', mac]), {
    timeout: 120_000,
    interval: 500,
  });
  await poll.toContain('192.168.122.');
  return /192\.168\.122\.\d+/.exec(await host.virsh(['net-dhcp-leases', 'default', '--mac', mac]))?.[0] ?? '';
}

function ssh(to: string, command: string): Promise<string> {
  const options = [
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=accept-new',
    '-o',
    `UserKnownHostsFile=${images}/known`,
  ];
  return host.runInside(['ssh', ...options, '-i', host.info.ssh.privateKeyPath, `root@${to}`, command]);
}

it('boots, takes its seed, lets in by key alone, keeps its disk and obeys the power button', async () => {
  await writeFile(join(images, 'mini.xml'), domain);
  await host.virsh(['define', join(images, 'mini.xml')]);
  await host.virsh(['start', 'mini']);
  const ip = await address();
  await expect.poll(() => ssh(ip, 'hostname').catch(String), { timeout: 120_000 }).toBe('web-1\n');
  const passwordOnly = ['-o', 'PubkeyAuthentication=no', '-o', 'StrictHostKeyChecking=no', '-o', 'BatchMode=yes'];
  await expect(host.runInside(['ssh', ...passwordOnly, `root@${ip}`, 'true'])).rejects.toThrow('(publickey)');
  expect(await host.runInside(['curl', '-s', `http://${ip}`])).toBe('hello from web-1\n');
  expect(await host.virsh(['domifaddr', 'mini', '--source', 'agent'])).toContain(ip);
  await ssh(ip, 'echo kept >/disk/note');

  await host.virsh(['shutdown', 'mini', '--mode', 'acpi']);
  await expect.poll(() => host.virsh(['domstate', 'mini']), { timeout: 60_000 }).toContain('shut off');
  await host.virsh(['start', 'mini']);
  // The same host key as before: else this ssh refuses.
  await expect.poll(() => ssh(ip, 'cat /disk/note').catch(String), { timeout: 120_000 }).toBe('kept\n');

  await host.virsh(['shutdown', 'mini', '--mode', 'agent']);
  await expect.poll(() => host.virsh(['domstate', 'mini']), { timeout: 60_000 }).toContain('shut off');
}, 400_000);
