import type { LabDockerTls } from './docker-files.ts';
import { type CommandOptions, runCommand } from './run-command.ts';
import type { LabSsh } from './ssh-files.ts';

export type LabEngine = 'libvirt' | 'docker';

/** All that a test needs to use a lab host, as plain data: it can be handed to another process (vitest's `provide`). */
export interface LabHostInfo {
  name: string;
  engines: readonly LabEngine[];
  /** The host's disk, outside its namespaces. */
  directory: string;
  /** The host's pid 1 as the outside sees it. */
  initPid: number;
  ssh: LabSsh;
  /** Reachable from outside: the path the console would use if the host were this very machine. */
  libvirtSocketPath: string;
  dockerSocketPath: string;
  /** Where dockerd also listens with TLS, when the host was started so. */
  dockerTls: LabDockerTls | null;
}

const cleanEnv = [
  'env',
  '-i',
  'HOME=/root',
  'LC_ALL=C.UTF-8',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
];

/**
 * Runs a program on the host: in its network (where its guests have their addresses), with its /run and its processes.
 * Files outside /run, /dev and /var/lib/libvirt are those of the machine.
 * @throws CommandError when the program ends with anything but 0.
 */
export function runInside(host: LabHostInfo, argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  return runCommand(['nsenter', '--target', String(host.initPid), '--all', '--', ...cleanEnv, ...argv], options);
}

/** Asks libvirt's own client on the host: the independent judge of what our code claims. */
export function virsh(host: LabHostInfo, args: readonly string[], options?: CommandOptions): Promise<string> {
  return runInside(host, ['virsh', '--quiet', '--connect', 'qemu:///system', ...args], options);
}

/** Asks Docker's own client on the host: the independent judge of what our code claims. */
export function docker(host: LabHostInfo, args: readonly string[], options?: CommandOptions): Promise<string> {
  return runInside(host, ['docker', '--host', 'unix:///run/docker.sock', ...args], options);
}
