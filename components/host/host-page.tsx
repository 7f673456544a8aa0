'use client';

import { ObjectEvents } from '../event/object-events.tsx';
import type { HostTab } from '../lib/paths.ts';
import { HostDoctor } from './host-doctor.tsx';
import { HostFrame } from './host-frame.tsx';
import { HostImages } from './host-images.tsx';
import { HostOverview } from './host-overview.tsx';
import { HostSettings } from './host-settings.tsx';
import { HostUnmanaged } from './host-unmanaged.tsx';

/** The page of a host with one of its tabs open. */
export function HostPage({ id, tab }: { id: string; tab: HostTab | 'overview' }) {
  return (
    <HostFrame id={id}>
      {(host) => {
        switch (tab) {
          case 'overview':
            return <HostOverview host={host} />;
          case 'doctor':
            return <HostDoctor doctor={host.doctor} />;
          case 'unmanaged':
            return <HostUnmanaged host={id} />;
          case 'images':
            return <HostImages host={id} name={host.name} />;
          case 'events':
            return <ObjectEvents target={id} />;
          case 'settings':
            return <HostSettings host={host} />;
        }
      }}
    </HostFrame>
  );
}
