'use client';

import { useMe } from '../lib/use-me.ts';
import { type NavItem, overviewNav, projectNav, settingsNav, systemNav } from './nav.ts';
import { useProject } from './use-project.ts';

export interface Navigation {
  project: NavItem[];
  system: NavItem[];
  settings: NavItem[];
  all: NavItem[];
}

/** Where the person can go now. */
export function useNavigation(): Navigation {
  const me = useMe();
  const current = useProject();
  const project = [overviewNav, ...(current ? projectNav(current.slug, current.permissions) : [])];
  const system = systemNav(me.systemPermissions);
  return { project, system, settings: settingsNav, all: [...project, ...system, ...settingsNav] };
}
