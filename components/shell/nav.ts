import {
  Activity,
  Boxes,
  Braces,
  ChartColumn,
  Cpu,
  Fingerprint,
  FolderKanban,
  Gauge,
  HandCoins,
  HardDrive,
  History,
  KeyRound,
  Layers,
  LayoutDashboard,
  Library,
  type LucideIcon,
  ScrollText,
  Server,
  Settings,
  ShieldCheck,
  SlidersHorizontal,
  SquareTerminal,
  UserRound,
  Users,
  UsersRound,
} from 'lucide-react';
import type { ProjectPermission, SystemPermission } from '#server/contract/permissions.ts';
import { paths } from '../lib/paths.ts';

export type NavKey =
  | 'overview'
  | 'instances'
  | 'volumes'
  | 'images'
  | 'operations'
  | 'events'
  | 'hosts'
  | 'pools'
  | 'flavors'
  | 'quota'
  | 'projects'
  | 'quotaRequests'
  | 'users'
  | 'signInSettings'
  | 'roles'
  | 'members'
  | 'projectSettings'
  | 'systemOperations'
  | 'systemEvents'
  | 'systemAudit'
  | 'systemUsage'
  | 'audit'
  | 'usage'
  | 'profile'
  | 'sshKeys'
  | 'tokens'
  | 'apiDocs';

export interface NavItem {
  key: NavKey;
  icon: LucideIcon;
  href: string;
  /** Pressed one after the other: `g i`. */
  shortcut?: string;
}

interface SystemItem extends NavItem {
  needs: SystemPermission;
}

interface ProjectItem extends NavItem {
  /** Without: everybody in the project. */
  needs?: ProjectPermission;
}

const project = (slug: string): ProjectItem[] => [
  { key: 'instances', icon: Boxes, href: paths.instances(slug), shortcut: 'g i', needs: 'instance:read' },
  { key: 'volumes', icon: HardDrive, href: paths.volumes(slug), shortcut: 'g v', needs: 'volume:read' },
  { key: 'images', icon: Library, href: paths.images(slug), shortcut: 'g m', needs: 'image:read' },
  { key: 'quota', icon: Gauge, href: paths.quota(slug), shortcut: 'g q', needs: 'project:read' },
  { key: 'operations', icon: Activity, href: paths.operations(slug), shortcut: 'g a', needs: 'operation:read' },
  { key: 'events', icon: History, href: paths.events(slug), shortcut: 'g e', needs: 'event:read' },
  { key: 'usage', icon: ChartColumn, href: paths.usage(slug), needs: 'usage:read' },
  { key: 'audit', icon: ScrollText, href: paths.audit(slug), needs: 'project:audit' },
  { key: 'members', icon: UsersRound, href: paths.members(slug), shortcut: 'g w', needs: 'member:read' },
  {
    key: 'projectSettings',
    icon: Settings,
    href: paths.projectSettings(slug),
    shortcut: 'g s',
    needs: 'project:manage',
  },
];

/** Where one can go inside a project, as far as the person may see it. */
export const projectNav = (slug: string, permissions: readonly ProjectPermission[]): NavItem[] =>
  project(slug).filter(({ needs }) => needs === undefined || permissions.includes(needs));

const system: SystemItem[] = [
  { key: 'hosts', icon: Server, href: paths.hosts(), shortcut: 'g h', needs: 'host:read' },
  { key: 'pools', icon: Layers, href: paths.pools(), shortcut: 'g l', needs: 'host:read' },
  { key: 'flavors', icon: SlidersHorizontal, href: paths.flavors(), shortcut: 'g f', needs: 'flavor:write' },
  { key: 'projects', icon: FolderKanban, href: paths.projects(), shortcut: 'g p', needs: 'system:read' },
  { key: 'quotaRequests', icon: HandCoins, href: paths.quotaRequests(), needs: 'quota:manage' },
  { key: 'users', icon: Users, href: paths.users(), shortcut: 'g u', needs: 'user:manage' },
  { key: 'signInSettings', icon: Fingerprint, href: paths.signInSettings(), needs: 'identity:manage' },
  { key: 'roles', icon: ShieldCheck, href: paths.roles(), shortcut: 'g r', needs: 'role:manage' },
  { key: 'systemOperations', icon: Cpu, href: paths.systemOperations(), needs: 'system:read' },
  { key: 'systemEvents', icon: History, href: paths.systemEvents(), needs: 'system:read' },
  { key: 'systemAudit', icon: ScrollText, href: paths.systemAudit(), needs: 'audit:read' },
  { key: 'systemUsage', icon: ChartColumn, href: paths.systemUsage(), needs: 'system:read' },
];

/** The admin's area, as far as the person may see it. */
export const systemNav = (permissions: readonly SystemPermission[]): NavItem[] =>
  system.filter(({ needs }) => permissions.includes(needs));

export const settingsNav: NavItem[] = [
  { key: 'profile', icon: UserRound, href: paths.profile() },
  { key: 'sshKeys', icon: KeyRound, href: paths.sshKeys(), shortcut: 'g k' },
  { key: 'tokens', icon: SquareTerminal, href: paths.tokens(), shortcut: 'g t' },
  { key: 'apiDocs', icon: Braces, href: paths.apiDocs(), shortcut: 'g d' },
];

export const overviewNav: NavItem = { key: 'overview', icon: LayoutDashboard, href: paths.overview(), shortcut: 'g o' };

/** Whether an address is at or below a place of the navigation. */
export const isAt = (pathname: string, href: string): boolean =>
  href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);
