'use client';

import type { Host } from '#server/contract/host.ts';
import { useResourceText } from '../project/project-quota.tsx';
import { Meter } from '../ui/meter.tsx';

const resources = ['vcpus', 'memoryMiB', 'diskGiB'] as const;

/** What is claimed of what a host can give: three bars. */
export function HostCapacity({ capacity }: { capacity: Host['capacity'] }) {
  const text = useResourceText();
  return resources.map((resource) => (
    <Meter
      key={resource}
      label={text.name(resource)}
      used={capacity[resource].claimed}
      limit={capacity[resource].allocatable}
      format={text.format[resource]}
    />
  ));
}

/** `3 / 8`, for a cell of a table. */
export function ClaimedOf({ host, resource }: { host: Host; resource: (typeof resources)[number] }) {
  const text = useResourceText();
  const { claimed, allocatable } = host.capacity[resource];
  // Not looked at yet.
  if (allocatable === 0) return '–';
  const format = text.format[resource];
  return (
    <span className="tabular whitespace-nowrap">
      {format(claimed)} <span className="text-text-3">/ {format(allocatable)}</span>
    </span>
  );
}
