import type { DockerVersion } from '#server/transport/docker-http/docker-client.ts';
import type { DockerInfo } from './answers.ts';

/** The file system that holds images, containers and volumes. */
export interface DiskSpace {
  totalBytes: number;
  availableBytes: number;
}

/** `name=userns`, `name=seccomp,profile=default`: how Docker lists what protects the host. */
export function hasSecurityOption({ SecurityOptions }: DockerInfo, name: string): boolean {
  return (SecurityOptions ?? []).some((option) => option.split(',').includes(`name=${name}`));
}

/** Podman speaks Docker's API and names itself among its components. */
export function isPodman({ components }: DockerVersion): boolean {
  return components.some((name) => name.startsWith('Podman'));
}
