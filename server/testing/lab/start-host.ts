import { randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { containerImagePath } from './built-images.ts';
import { writeDockerFiles } from './docker-files.ts';
import type { LabEngine } from './host-access.ts';
import { createLabDirectory, removeLabDirectory } from './lab-directory.ts';
import { LabHost } from './lab-host.ts';
import { writeLibvirtFiles } from './libvirt-files.ts';
import { writeSshFiles } from './ssh-files.ts';

export interface LabHostOptions {
  /** [a-z][a-z0-9-]{0,15}, unique within this process; also the host's own host name. */
  name: string;
  /** Both unless told; none leaves a host with nothing but sshd. */
  engines?: LabEngine[];
  /** Let dockerd also listen on a TCP port that wants a client certificate: `info.dockerTls`. */
  dockerTls?: boolean;
  /** Show /dev/kvm to the host, whether it works or not. */
  kvm?: boolean;
}

/**
 * Starts a lab host: libvirt with a NAT network and a storage pool called "default", Docker with the image
 * busybox:latest, sshd. Takes about a second and needs root.
 * @throws Error with the host's log when it does not come up; nothing stays behind then.
 */
export async function startHost(options: LabHostOptions): Promise<LabHost> {
  const { name, engines = ['libvirt', 'docker'] } = options;
  const directory = await createLabDirectory(name);
  let host: LabHost | undefined;
  try {
    for (const folder of ['etc', 'log', 'run', 'dev']) await mkdir(join(directory, folder));
    await writeFile(join(directory, 'etc/hosts'), `127.0.0.1 localhost\n10.77.0.1 ${name}\n`);
    if (options.kvm) await writeFile(join(directory, 'etc/with-kvm'), '');
    const [ssh, dockerTls] = await Promise.all([
      writeSshFiles(directory, await findFreePort()),
      engines.includes('docker') ? writeDockerFiles(directory, options.dockerTls ? await findFreePort() : null) : null,
      engines.includes('libvirt') ? writeLibvirtFiles(directory) : null,
    ]);
    host = new LabHost({
      name,
      engines,
      directory,
      initPid: 0,
      ssh,
      libvirtSocketPath: join(directory, 'run/libvirt/libvirt-sock'),
      dockerSocketPath: join(directory, 'run/docker.sock'),
      dockerTls,
    });
    await host.boot();
    if (engines.includes('docker')) {
      await host.docker(['import', '--change', 'CMD ["sh"]', await containerImagePath(), 'busybox:latest']);
    }
    return host;
  } catch (error) {
    await host?.crash();
    await removeLabDirectory(directory);
    throw error;
  }
}

/** Below the range that the kernel hands out to outgoing connections, so that a crashed host finds its port free again. */
async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    if (await promise) return port;
  }
}
