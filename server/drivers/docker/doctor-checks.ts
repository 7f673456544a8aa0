import type { DoctorCheck } from '#server/contract/host.ts';
import { compareVersions } from '#server/transport/docker-http/api-version.ts';
import type { DockerVersion } from '#server/transport/docker-http/docker-client.ts';
import type { DockerInfo } from './answers.ts';
import { type DiskSpace, hasSecurityOption, isPodman } from './engine-facts.ts';

interface Facts {
  version: DockerVersion;
  info: DockerInfo;
  disk: DiskSpace | null;
  /** Milliseconds since 1970 here. */
  now: number;
}

/** Docker 20.10: the first with all that we use. */
const neededApi = '1.41';

/** Certificates and tokens begin to fail around minutes; five seconds is far from that and beyond any slow answer. */
const clockToleranceMs = 5_000;

/** Less than this of the disk free, and a pull or a build may fill it. */
const scarceShare = 0.05;

const editDaemonJson = 'editor /etc/docker/daemon.json && systemctl restart docker';
const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Every line of the host doctor about Docker, green ones too. */
export function doctorChecks({ version, info, disk, now }: Facts): DoctorCheck[] {
  const missingLimits = [
    ['memory', info.MemoryLimit],
    ['swap', info.SwapLimit],
    ['pids', info.PidsLimit],
    ['cpu', info.CpuCfsQuota],
  ].flatMap(([name, there]) => (there === false ? [name] : []));
  const offsetMs = Date.parse(info.SystemTime) - now;
  const remapped = hasSecurityOption(info, 'userns') || hasSecurityOption(info, 'rootless');

  return [
    check('docker.version', compareVersions(version.apiVersion, neededApi) >= 0 ? 'ok' : 'bad', {
      found: `${version.version} (API ${version.apiVersion})`,
      fix: 'Install Docker 20.10 or newer.',
      command: 'apt-get install docker.io',
    }),
    check('docker.engine', isPodman(version) ? 'warn' : 'ok', {
      found: isPodman(version) ? 'Podman' : 'Docker Engine',
      fix: 'Podman keeps the networks of projects less apart and runs no health checks: use Docker Engine for tenants.',
    }),
    check('docker.storage', info.Driver === 'vfs' ? 'warn' : 'ok', {
      found: info.Driver,
      fix: 'vfs copies each image for each container: use overlay2 on ext4 or xfs.',
      command: editDaemonJson,
    }),
    check('docker.disk', diskState(disk), {
      found: disk ? `${gib(disk.availableBytes)} free of ${gib(disk.totalBytes)} in ${info.DockerRootDir}` : 'unknown',
      fix: disk ? 'Remove images that nothing uses, or enlarge the disk.' : 'Atoll may not run commands on this host.',
      command: disk ? 'docker image prune --all' : undefined,
    }),
    check('docker.cgroups', missingLimits.length > 0 ? 'bad' : 'ok', {
      found:
        missingLimits.length > 0 ? `no limits for ${missingLimits.join(', ')}` : `version ${info.CgroupVersion ?? '1'}`,
      fix: 'Boot with cgroup_enable=memory swapaccount=1, or use cgroup version 2.',
      command: 'editor /etc/default/grub && update-grub && reboot',
    }),
    check('docker.forwarding', info.IPv4Forwarding === false ? 'bad' : 'ok', {
      found: info.IPv4Forwarding === false ? 'off' : 'on',
      fix: 'Without IP forwarding containers reach nothing and ports cannot be published.',
      command: 'sysctl -w net.ipv4.ip_forward=1',
    }),
    check('docker.user-namespaces', remapped ? 'ok' : 'warn', {
      found: remapped ? 'root in a container is nobody on the host' : 'root in a container is root on the host',
      fix: 'Set "userns-remap": "default" before the host has containers: afterwards they would have to be made anew.',
      command: editDaemonJson,
    }),
    check('docker.live-restore', info.LiveRestoreEnabled === true ? 'ok' : 'warn', {
      found: info.LiveRestoreEnabled === true ? 'on' : 'off',
      fix: 'Set "live-restore": true, so that containers outlive a restart of Docker.',
      command: editDaemonJson,
    }),
    check('docker.clock', Math.abs(offsetMs) <= clockToleranceMs ? 'ok' : 'warn', {
      found: `${(offsetMs / 1000).toFixed(1)} s against ours`,
      fix: 'Let the host keep its clock by NTP.',
      command: 'timedatectl set-ntp true',
    }),
  ];
}

function diskState(disk: DiskSpace | null): DoctorCheck['state'] {
  if (!disk) return 'skipped';
  return disk.availableBytes < disk.totalBytes * scarceShare ? 'bad' : 'ok';
}

/** What to do is said only where something is to be done. */
function check(
  id: string,
  state: DoctorCheck['state'],
  { found, fix, command }: { found: string; fix: string; command?: string },
): DoctorCheck {
  return state === 'ok'
    ? { id, state, found, fix: null, command: null }
    : { id, state, found, fix, command: command ?? null };
}
