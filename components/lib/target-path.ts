'use client';

import { useCallback } from 'react';
import { paths } from './paths.ts';
import { useMe } from './use-me.ts';

interface Target {
  type: string;
  id: string;
}

/**
 * Where the page of an object is that an event or an operation tells of; null where it has none. The project stands in
 * the address by its slug where the person is in it, else by its id, which the server takes too.
 */
export function useTargetPath(): (target: Target, projectId: string | null) => string | null {
  const { projects } = useMe();
  return useCallback(
    ({ type, id }, projectId) => {
      const project = projects.find((each) => each.id === projectId)?.slug ?? projectId;
      switch (type) {
        case 'instance':
          return project && paths.instance(project, id);
        case 'volume':
          return project && paths.volumes(project);
        case 'image':
          return project && paths.image(project, id);
        case 'host':
          return paths.host(id);
        case 'operation':
          return paths.operation(id);
        case 'host-pool':
          return paths.pool(id);
        case 'flavor':
          return paths.flavors();
        case 'quota-request':
          return project && paths.quota(project);
        case 'project':
          return paths.instances(project ?? id);
        default:
          return null;
      }
    },
    [projects],
  );
}
