import type { ObservedInstance, PowerState } from '../driver.ts';
import type { DockerContainer, DockerContainerSummary } from './answers.ts';
import { networkName, readTag } from './labels.ts';

/** What one container is, in our words. */
export function observeContainer(container: DockerContainer): ObservedInstance {
  const { State: state, HostConfig: host } = container;
  const tag = readTag(container.Config.Labels);
  return {
    id: tag?.instanceId ?? container.Id,
    kind: 'container',
    tag,
    name: container.Name.replace(/^\//, ''),
    ...power(state.Status, state.ExitCode, { outOfMemory: state.OOMKilled === true, error: state.Error ?? '' }),
    vcpus: host.NanoCpus ? host.NanoCpus / 1e9 : null,
    memoryMiB: host.Memory ? Math.round(host.Memory / 1024 / 1024) : null,
    image: container.Config.Image,
    addresses: addresses(container.NetworkSettings.Networks, tag?.projectId),
    ports: Object.entries(container.NetworkSettings.Ports ?? {}).flatMap(([key, bindings]) => portsOf(key, bindings)),
  };
}

/** The same from a line of the list, which has no sizes (null: unknown) and not why a container has ended. */
export function observeSummary(summary: DockerContainerSummary): ObservedInstance {
  const tag = readTag(summary.Labels);
  const exitCode = Number(/^Exited \((\d+)\)/.exec(summary.Status)?.[1] ?? 0);
  const ports = (summary.Ports ?? []).map(({ PrivatePort, PublicPort, Type }) => ({
    containerPort: PrivatePort,
    hostPort: PublicPort ?? null,
    protocol: Type === 'udp' ? ('udp' as const) : ('tcp' as const),
  }));
  return {
    id: tag?.instanceId ?? summary.Id,
    kind: 'container',
    tag,
    name: (summary.Names[0] ?? summary.Id).replace(/^\//, ''),
    ...power(summary.State, exitCode, { outOfMemory: false, error: '' }),
    vcpus: null,
    memoryMiB: null,
    image: summary.Image,
    addresses: addresses(summary.NetworkSettings.Networks, tag?.projectId),
    ports: ports.filter((port, at) => ports.findIndex((other) => samePort(other, port)) === at),
  };
}

/** 128 + SIGTERM and 128 + SIGKILL: how a program ends that was asked to, or made to. */
const endedBySignal = [143, 137];

function power(
  status: string,
  exitCode: number,
  { outOfMemory, error }: { outOfMemory: boolean; error: string },
): { state: PowerState; reason: string | null } {
  switch (status) {
    case 'running':
      return { state: 'running', reason: null };
    case 'paused':
      return { state: 'paused', reason: null };
    case 'restarting':
      return { state: 'crashed', reason: 'restarting by its restart policy' };
    case 'created':
    case 'removing':
      return { state: 'stopped', reason: error || null };
    case 'dead':
      return { state: 'crashed', reason: 'Docker could not remove it' };
    default:
      if (outOfMemory) return { state: 'crashed', reason: `exit ${exitCode} (out of memory)` };
      if (exitCode === 0) return { state: 'stopped', reason: error || null };
      return { state: endedBySignal.includes(exitCode) ? 'stopped' : 'crashed', reason: error || `exit ${exitCode}` };
  }
}

type Networks = DockerContainer['NetworkSettings']['Networks'];

function addresses(networks: Networks, projectId: string | undefined): ObservedInstance['addresses'] {
  return Object.entries(networks ?? {}).flatMap(([name, { IPAddress, GlobalIPv6Address }]) => {
    const network = projectId !== undefined && name === networkName(projectId) ? 'default' : name;
    return [
      ...(IPAddress ? [{ address: IPAddress, family: 'ipv4' as const, source: 'engine' as const, network }] : []),
      ...(GlobalIPv6Address
        ? [{ address: GlobalIPv6Address, family: 'ipv6' as const, source: 'engine' as const, network }]
        : []),
    ];
  });
}

type Port = ObservedInstance['ports'][number];

/** `80/tcp` and what it is bound to. IPv4 and IPv6 are bound apart, as a rule to the same port. */
function portsOf(key: string, bindings: { HostPort: string }[] | null): Port[] {
  const [number, protocol] = key.split('/');
  const hostPorts = [...new Set((bindings ?? []).map(({ HostPort }) => Number(HostPort) || null))];
  return (hostPorts.length > 0 ? hostPorts : [null]).map((hostPort) => ({
    containerPort: Number(number),
    hostPort,
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
  }));
}

const samePort = (a: Port, b: Port): boolean =>
  a.containerPort === b.containerPort && a.hostPort === b.hostPort && a.protocol === b.protocol;
