import { type ConstantScript, constantScript } from '#server/transport/constant-script.ts';
import type { DockerVersion } from '#server/transport/docker-http/docker-client.ts';
import { dockerPath } from '#server/transport/docker-http/docker-path.ts';
import type { Machine } from '#server/transport/machine.ts';
import { TransportError } from '#server/transport/transport-error.ts';
import type { EngineReport } from '../driver.ts';
import { infoSchema, networkListSchema } from './answers.ts';
import type { Call, DockerEngine } from './docker-engine.ts';
import { dockerFailure } from './docker-failure.ts';
import { doctorChecks } from './doctor-checks.ts';
import { type DiskSpace, hasSecurityOption, isPodman } from './engine-facts.ts';

/** Facts and red lines of a Docker host. `machine` is where its files are; null for one that is reached by TLS only. */
export async function inspectEngine(engine: DockerEngine, call: Call, machine: Machine | null): Promise<EngineReport> {
  const version = await dockerVersion(engine, call);
  const info = await engine.get(call, infoSchema, dockerPath`/info`);
  const [networks, disk] = await Promise.all([
    engine.get(call, networkListSchema, dockerPath`/networks`),
    machine ? diskSpace(machine, call, info.DockerRootDir) : null,
  ]);
  return {
    version: version.version,
    checks: doctorChecks({ version, info, disk, now: Date.now() }),
    capabilities: {
      type: 'docker',
      apiVersion: version.apiVersion,
      storageDriver: info.Driver,
      cgroupVersion: info.CgroupVersion ?? '1',
      rootless: hasSecurityOption(info, 'rootless'),
      usernsRemap: hasSecurityOption(info, 'userns'),
      liveRestore: info.LiveRestoreEnabled === true,
      podman: isPodman(version),
    },
    capacity: {
      vcpus: info.NCPU,
      memoryMiB: Math.floor(info.MemTotal / 2 ** 20),
      diskGiB: Math.floor((disk?.totalBytes ?? 0) / 2 ** 30),
    },
    pools: disk
      ? [
          {
            name: 'docker',
            type: info.Driver,
            active: true,
            capacityBytes: disk.totalBytes,
            availableBytes: disk.availableBytes,
          },
        ]
      : [],
    networks: networks.map(({ Name, Driver, IPAM }) => ({
      name: Name,
      mode: Driver,
      subnet: IPAM?.Config?.find(({ Subnet }) => Subnet !== undefined)?.Subnet ?? null,
      active: true,
    })),
    machineId: info.ID || null,
  };
}

async function dockerVersion(engine: DockerEngine, call: Call): Promise<DockerVersion> {
  try {
    return await engine.client.version(call.limits);
  } catch (error) {
    throw dockerFailure('Asking Docker for its version', error);
  }
}

/** Size and free space in KiB of the file system that holds the directory on stdin (POSIX df -Pk). */
const dfScript: ConstantScript = constantScript`read -r directory && df -Pk "$directory"`;

/** Null where we may not run commands, as with a key that is restricted to forwarding. */
async function diskSpace(machine: Machine, call: Call, directory: string): Promise<DiskSpace | null> {
  try {
    const { code, stdout } = await machine.runScript(dfScript, { ...call.limits, stdin: `${directory}\n` });
    const found = /^\S.*\s(\d+)\s+\d+\s+(\d+)\s+\d+%\s/m.exec(stdout);
    if (code !== 0 || !found) return null;
    return { totalBytes: Number(found[1]) * 1024, availableBytes: Number(found[2]) * 1024 };
  } catch (error) {
    if (error instanceof TransportError && error.code === 'forbidden') return null;
    throw dockerFailure('Asking for the size of its disk', error);
  }
}
