import { type ContainerSpec, DriverError } from '../driver.ts';
import { networkName, tagLabels, volumeName } from './labels.ts';

/**
 * The body of POST /containers/create. It is built from known keys only, never from anybody's JSON: Docker matches keys
 * whatever their case, merges duplicates, and takes empty lists for other things than absent ones.
 */
export interface ContainerBody {
  Image: string;
  Hostname: string;
  Cmd?: string[];
  Entrypoint?: string[];
  Env: string[];
  User?: string;
  WorkingDir?: string;
  Tty: boolean;
  OpenStdin: boolean;
  ExposedPorts: Record<string, Record<string, never>>;
  Labels: Record<string, string>;
  HostConfig: {
    NanoCpus: number;
    Memory: number;
    MemorySwap: number;
    PidsLimit: number;
    CapDrop: string[];
    SecurityOpt: string[];
    LogConfig: { Type: 'json-file'; Config: Record<string, string> };
    RestartPolicy: { Name: string };
    NetworkMode: string;
    IpcMode: 'private';
    PortBindings: Record<string, { HostPort: string }[]>;
    Mounts: { Type: 'volume'; Source: string; Target: string; ReadOnly: boolean }[];
  };
  NetworkingConfig?: { EndpointsConfig: Record<string, { Aliases: string[] }> };
}

/** Many times what servers need, and far from what a host has (kernel.pid_max is 32768 on small ones). */
const pidsLimit = 2048;

/** Logs are kept on the host's disk, at most 30 MB of each container. */
const logConfig = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } } as const;

/** Of Docker's default set, what serves attacks on neighbours (forged packets) and device files. */
const droppedCapabilities = ['NET_RAW', 'MKNOD'];

export function containerBody(spec: ContainerSpec): ContainerBody {
  const network = spec.network === 'none' ? 'none' : networkName(spec.tag.projectId);
  const portKey = (port: ContainerSpec['ports'][number]) => `${port.containerPort}/${port.protocol}`;
  const memory = spec.memoryMiB * 1024 * 1024;
  return {
    Image: spec.imageRef,
    Hostname: spec.hostname,
    ...(spec.command.length > 0 && { Cmd: [...spec.command] }),
    ...(spec.entrypoint && { Entrypoint: [...spec.entrypoint] }),
    Env: Object.entries(spec.env).map(([name, value]) => envLine(name, value)),
    ...(spec.user && { User: spec.user }),
    ...(spec.workingDir && { WorkingDir: spec.workingDir }),
    Tty: spec.tty,
    OpenStdin: spec.tty,
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portKey(port), {}])),
    Labels: tagLabels(spec.tag),
    HostConfig: {
      NanoCpus: spec.vcpus * 1e9,
      Memory: memory,
      MemorySwap: memory, // the sum of both: no swap
      PidsLimit: pidsLimit,
      CapDrop: [...droppedCapabilities],
      SecurityOpt: ['no-new-privileges:true'],
      LogConfig: structuredClone(logConfig),
      RestartPolicy: { Name: spec.restartPolicy },
      NetworkMode: network,
      IpcMode: 'private',
      PortBindings: groupBindings(spec.ports.map((port) => [portKey(port), { HostPort: String(port.hostPort ?? '') }])),
      Mounts: spec.volumes.map(({ volumeId, target, readOnly }) => ({
        Type: 'volume',
        Source: volumeName(volumeId),
        Target: target,
        ReadOnly: readOnly,
      })),
    },
    // On their network the containers of a project find one another by their human names.
    ...(spec.network !== 'none' && {
      NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [...new Set([spec.name, spec.hostname])] } } },
    }),
  };
}

function envLine(name: string, value: string): string {
  if (name === '' || name.includes('=') || `${name}${value}`.includes('\0')) {
    throw new DriverError('validation_failed', `"${name}" cannot be an environment variable.`, { outcome: 'not_done' });
  }
  return `${name}=${value}`;
}

function groupBindings(pairs: [string, { HostPort: string }][]): Record<string, { HostPort: string }[]> {
  const grouped: Record<string, { HostPort: string }[]> = {};
  for (const [key, binding] of pairs) {
    grouped[key] ??= [];
    grouped[key].push(binding);
  }
  return grouped;
}
