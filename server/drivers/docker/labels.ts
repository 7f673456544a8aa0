import { createHash } from 'node:crypto';
import type { Tag } from '../driver.ts';

/** What we write on everything that we make; nothing without them is ever changed. */
export const labelNames = {
  instance: 'atoll.instance',
  volume: 'atoll.volume',
  network: 'atoll.network',
  project: 'atoll.project',
  operation: 'atoll.operation',
  generation: 'atoll.generation',
  sizeGiB: 'atoll.size-gib',
} as const;

export type Labels = Record<string, string>;

/** Names on the host follow from ids alone, so that asking twice for the same thing can only make one. */
export const containerName = (instanceId: string): string => `atoll-${instanceId}`;
export const volumeName = (volumeId: string): string => `atoll-${volumeId}`;
export const networkName = (projectId: string): string => `atoll-${projectId}`;

/**
 * Name of a project's bridge interface. Linux takes 15 characters (IFNAMSIZ - 1), too few for an id; `at-` lets one
 * firewall rule match them all.
 */
export function bridgeName(projectId: string): string {
  return `at-${createHash('sha256').update(projectId).digest('hex').slice(0, 12)}`;
}

export function tagLabels(tag: Tag): Labels {
  return {
    [labelNames.instance]: tag.instanceId,
    [labelNames.project]: tag.projectId,
    [labelNames.operation]: tag.operationId,
    [labelNames.generation]: String(tag.generation),
  };
}

/** The tag of an instance; null when one of its labels is missing or makes no sense. */
export function readTag(labels: Labels | null | undefined): Tag | null {
  const instanceId = labels?.[labelNames.instance];
  const projectId = labels?.[labelNames.project];
  const operationId = labels?.[labelNames.operation];
  const generation = labels?.[labelNames.generation];
  if (!instanceId || !projectId || !operationId || !/^\d{1,15}$/.test(generation ?? '')) return null;
  return { instanceId, projectId, operationId, generation: Number(generation) };
}
