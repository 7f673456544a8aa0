import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { docker, type LabEngine, type LabHostInfo, runInside, virsh } from './host-access.ts';
import { removeLabDirectory } from './lab-directory.ts';
import type { CommandOptions } from './run-command.ts';
import { replaceHostKey } from './ssh-files.ts';

const pidFiles: Record<LabEngine, string> = { libvirt: 'run/libvirtd.pid', docker: 'run/docker.pid' };

/**
 * A machine of its own within this one: process, mount, network, host name and cgroup namespaces, a disk folder, real
 * daemons, and an sshd on 127.0.0.1. It cannot outlive this process, not even when that is killed: see host-init.sh.
 */
export class LabHost {
  readonly info: LabHostInfo;
  #process: ChildProcess | null = null;

  /** For `startHost`, which prepares the disk that `info.directory` names. */
  constructor(info: LabHostInfo) {
    this.info = info;
  }

  runInside(argv: readonly string[], options?: CommandOptions): Promise<string> {
    return runInside(this.info, argv, options);
  }

  virsh(args: readonly string[], options?: CommandOptions): Promise<string> {
    return virsh(this.info, args, options);
  }

  docker(args: readonly string[], options?: CommandOptions): Promise<string> {
    return docker(this.info, args, options);
  }

  /** Replaces the sshd's host key (and `info.ssh.hostKeyFingerprint`); it holds for the next connection. */
  async replaceHostKey(): Promise<void> {
    Object.assign(this.info.ssh, await replaceHostKey(this.info.directory));
  }

  /** KILL to let libvirtd or dockerd crash, STOP to let it hang, CONT to let it go on. Guests and containers stay. */
  async signalDaemon(engine: LabEngine, signal: 'KILL' | 'STOP' | 'CONT'): Promise<void> {
    const pid = await readFile(join(this.info.directory, pidFiles[engine]), 'utf8');
    await this.runInside(['kill', `-${signal}`, pid.trim()]);
  }

  /** Starts a daemon again that was killed; returns when it answers. */
  async startDaemon(engine: LabEngine): Promise<void> {
    await rm(join(this.info.directory, pidFiles[engine]), { force: true });
    await this.runInside(['sh', join(import.meta.dirname, 'host-daemons.sh'), this.info.directory, engine]);
  }

  /** Nothing on the host moves any more, as when its cable is pulled: connections stay open and get no answer. */
  freeze(): void {
    this.#setFrozen('1');
  }

  /** Ends a freeze. */
  thaw(): void {
    this.#setFrozen('0');
  }

  #setFrozen(value: '0' | '1'): void {
    const group = `atoll-lab.${basename(this.info.directory)}`;
    const files = globSync([`/sys/fs/cgroup/${group}/cgroup.freeze`, `/sys/fs/cgroup/unified/${group}/cgroup.freeze`]);
    if (files.length !== 1) throw new Error('this machine has no cgroup v2 hierarchy to freeze a host with');
    for (const file of files) writeFileSync(file, value);
  }

  /** Power failure: every process on the host dies at once, the disk stays. */
  async crash(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    running.once('exit', () => resolve());
    // With its init all of a pid namespace goes, and then only unshare; before there is an init, unshare itself.
    if (this.info.initPid) process.kill(this.info.initPid, 'SIGKILL');
    else running.kill('SIGKILL');
    await promise;
    this.info.initPid = 0;
  }

  /**
   * Boots the host, again after a crash: same disk, port and keys, an empty /run and another `info.initPid`.
   * @throws Error with the log when it does not come up.
   */
  async boot(): Promise<void> {
    const { directory, name, engines } = this.info;
    await rm(join(directory, 'run'), { recursive: true, force: true });
    await mkdir(join(directory, 'run/sshd'), { recursive: true });
    const args = [join(import.meta.dirname, 'host-enter.sh'), directory, name, engines.join(' ')];
    // In a session of its own, so that a Ctrl-C in the terminal reaches the test runner alone.
    const init = spawn('sh', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#process = init;
    const said = await new Promise<string>((resolve) => {
      let output = '';
      const listen = (chunk: Buffer) => {
        output += chunk;
        if (output.endsWith('ready\n')) resolve('ready');
      };
      init.stdout.on('data', listen);
      init.stderr.on('data', listen);
      init.once('exit', () => resolve(output));
    });
    if (said !== 'ready') {
      const logPath = join(directory, 'log/init.log');
      const log = existsSync(logPath) ? await readFile(logPath, 'utf8') : '';
      throw new Error(`lab host ${name} did not come up: ${said}${log}`);
    }
    this.info.initPid = Number(await readFile(`/proc/${init.pid}/task/${init.pid}/children`, 'utf8'));
  }

  /** Ends every process of the host and removes its disk. */
  async stop(): Promise<void> {
    await this.crash();
    await removeLabDirectory(this.info.directory);
  }
}
