import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { request } from 'node:http';
import { type RequestOptions, request as requestTls } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from './lab-host.ts';
import { runCommand } from './run-command.ts';
import { startHost } from './start-host.ts';

function sshExec(host: LabHost, command: string, username = 'root'): Promise<string> {
  const { port, privateKey, hostPublicKey } = host.info.ssh;
  const expected = Buffer.from(hostPublicKey.split(' ')[1] ?? '', 'base64');
  return new Promise((resolve, reject) => {
    const client = new Client();
    client
      .on('error', reject)
      .on('ready', () =>
        client.exec(command, (error, channel) => {
          if (error) return reject(error);
          let output = '';
          channel.on('data', (chunk: Buffer) => (output += chunk)).on('close', () => client.end() && resolve(output));
        }),
      )
      .connect({
        host: '127.0.0.1',
        port,
        username,
        privateKey,
        hostVerifier: (key: Buffer) => key.equals(expected),
      });
  });
}

function ping(socketPath: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/_ping' }, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

function versionOverTls(options: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    requestTls({ ...options, path: '/version' }, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

describe('a lab host', () => {
  let host: LabHost;
  let bridgesBefore: string;
  const machineBridges = () => runCommand(['ip', '-brief', 'link', 'show', 'type', 'bridge']);
  beforeAll(async () => {
    bridgesBefore = await machineBridges();
    host = await startHost({ name: 'selftest', dockerTls: true });
  });
  afterAll(() => host.stop());

  it('runs libvirt with a network and a pool, without KVM, apart from this machine', async () => {
    expect(await host.virsh(['net-list', '--name'])).toContain('default');
    expect(await host.virsh(['pool-list', '--name'])).toContain('default');
    expect(await host.virsh(['capabilities'])).not.toContain("<domain type='kvm'/>");
    await once(connect(host.info.libvirtSocketPath), 'connect');
    expect(await host.runInside(['ip', '-br', 'address'])).toContain('192.168.122.1/24');
    expect(await machineBridges()).toEqual(bridgesBefore);
  });

  it('runs containers with limits', async () => {
    expect(await ping(host.info.dockerSocketPath)).toBe(200);
    const seen = await host.docker([
      'run',
      '--rm',
      '--memory=50m',
      'busybox',
      'cat',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes',
    ]);
    expect(Number(seen)).toBe(50 * 1024 * 1024);
  });

  it('wants a client certificate where dockerd listens on TCP', async () => {
    const { host: address, port, ca, cert, key } = host.info.dockerTls ?? {};
    expect(await versionOverTls({ host: address, port, ca, cert, key })).toBe(200);
    await expect(versionOverTls({ host: address, port, ca })).rejects.toThrow('alert');
  });

  it('lets in over SSH, into the host and not into this machine', async () => {
    expect((await sshExec(host, 'hostname; echo $SSH_CONNECTION')).split('\n')[0]).toBe('selftest');
  });

  it('has a user without rights', async () => {
    const command = 'id -un; virsh -c qemu:///system list; docker -H unix:///run/docker.sock ps';
    expect((await sshExec(host, command, host.info.ssh.plainUser)).trim()).toBe(host.info.ssh.plainUser);
  });

  it('gives no answer while it is frozen, and all of them afterwards', async () => {
    host.freeze();
    const answer = ping(host.info.dockerSocketPath);
    await expect(Promise.race([answer, setTimeout(500, 'silence')])).resolves.toBe('silence');
    host.thaw();
    expect(await answer).toBe(200);
  });

  it('comes back after a power failure with its disk, and with another host key if told so', async () => {
    await host.docker(['create', '--name', 'kept', 'busybox']);
    await host.crash();
    await expect(ping(host.info.dockerSocketPath)).rejects.toThrow();
    await host.replaceHostKey();
    await host.boot();
    expect(await host.docker(['ps', '-a', '--format', '{{.Names}}'])).toBe('kept\n');
    expect((await sshExec(host, 'hostname')).trim()).toBe('selftest');
  });

  it('brings a crashed daemon back', async () => {
    for (const engine of ['libvirt', 'docker'] as const) {
      await host.signalDaemon(engine, 'KILL');
      await host.startDaemon(engine);
    }
    expect(await host.virsh(['net-list', '--name'])).toContain('default');
    expect(await host.docker(['ps', '-q'])).toBe('');
  });
});

describe('a lab host whose test run is killed', () => {
  it('dies with it, and its disk goes at the next start', async () => {
    const script = `const { startHost } = await import(${JSON.stringify(join(import.meta.dirname, 'start-host.ts'))});
      const host = await startHost({ name: 'orphan' });
      process.stdout.write(JSON.stringify(host.info));
      await new Promise((resolve) => setTimeout(resolve, 1e8));`;
    const runner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const info = JSON.parse(String((await once(runner.stdout, 'data'))[0]));
    expect(existsSync(`/proc/${info.initPid}`)).toBe(true);
    runner.kill('SIGKILL');
    await once(runner, 'exit');
    await expect.poll(() => existsSync(`/proc/${info.initPid}`), { timeout: 10_000 }).toBe(false);

    const next = await startHost({ name: 'next', engines: [] });
    expect(existsSync(info.directory)).toBe(false);
    await next.stop();
    expect(globSync(['/sys/fs/cgroup/*/atoll-lab.orphan.*', '/sys/fs/cgroup/*/atoll-lab.next.*'])).toEqual([]);
    expect(existsSync(next.info.directory)).toBe(false);
  });
});
