import { TransportError } from '../transport-error.ts';

/** The version that this code was written against: Docker 20.10. Newer daemons still speak it, up to Docker 28. */
const ours = '1.41';

/** Older daemons take a HostConfig when a container starts, behind every check at its creation. */
const oldest = '1.24';

/**
 * The version to speak with a daemon that speaks `min` to `max`: ours, or the nearest to it.
 *
 * @throws TransportError `protocol` when the daemon is older than 1.24 or names no versions.
 */
export function chooseApiVersion(min: string, max: string): string {
  if (!/^\d+\.\d+$/.test(max))
    throw new TransportError('protocol', `Docker names API version "${max}"`, { sent: false });
  if (compareVersions(max, oldest) < 0) {
    throw new TransportError('protocol', `Docker's API version ${max} is too old: ${oldest} is needed`, {
      sent: false,
    });
  }
  if (compareVersions(max, ours) < 0) return max;
  return /^\d+\.\d+$/.test(min) && compareVersions(min, ours) > 0 ? min : ours;
}

/** Negative when `a` is the older one: 1.9 comes before 1.41. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
