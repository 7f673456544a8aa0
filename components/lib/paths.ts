/** Tabs of an instance's page; each is a route. */
export type InstanceTab = 'events' | 'operations' | 'settings';
/** Tabs of a host's page; each is a route. */
export type HostTab = 'doctor' | 'unmanaged' | 'images' | 'events' | 'settings';

const project = (slug: string): string => `/projects/${encodeURIComponent(slug)}`;
const tabbed = (base: string, tab: string | undefined): string => (tab ? `${base}/${tab}` : base);

/** What the create page begins with. */
export interface InstanceBegin {
  kind?: 'vm' | 'container';
  image?: string | null;
  volume?: string | null;
}

const asked = (path: string, values: Record<string, string | null>): string => {
  const query = new URLSearchParams(Object.entries(values).filter((entry): entry is [string, string] => !!entry[1]));
  return query.size > 0 ? `${path}?${query}` : path;
};

/** Every address of the console. Components link by these functions and never write a path by hand. */
export const paths = {
  overview: () => '/',
  signIn: (next?: string) => (next ? `/sign-in?next=${encodeURIComponent(next)}` : '/sign-in'),
  invitation: () => '/invitation',
  members: (slug: string) => `${project(slug)}/members`,
  projectSettings: (slug: string) => `${project(slug)}/settings`,
  instances: (slug: string) => `${project(slug)}/instances`,
  instanceNew: (slug: string, begin: InstanceBegin = {}) => asked(`${project(slug)}/instances/new`, { ...begin }),
  instance: (slug: string, id: string, tab?: InstanceTab) => tabbed(`${project(slug)}/instances/${id}`, tab),
  volumes: (slug: string) => `${project(slug)}/volumes`,
  images: (slug: string) => `${project(slug)}/images`,
  imageNew: (slug: string) => `${project(slug)}/images/new`,
  image: (slug: string, id: string) => `${project(slug)}/images/${id}`,
  events: (slug: string) => `${project(slug)}/events`,
  audit: (slug: string) => `${project(slug)}/audit`,
  usage: (slug: string) => `${project(slug)}/usage`,
  operations: (slug: string) => `${project(slug)}/operations`,
  quota: (slug: string) => `${project(slug)}/quota`,
  operation: (id: string) => `/operations/${id}`,
  hosts: () => '/system/hosts',
  hostNew: () => '/system/hosts/new',
  host: (id: string, tab?: HostTab) => tabbed(`/system/hosts/${id}`, tab),
  pools: () => '/system/pools',
  pool: (id: string) => `/system/pools/${id}`,
  flavors: () => '/system/flavors',
  projects: () => '/system/projects',
  quotaRequests: () => '/system/quota-requests',
  users: () => '/system/users',
  signInSettings: () => '/system/sign-in',
  roles: () => '/system/roles',
  systemOperations: () => '/system/operations',
  systemEvents: () => '/system/events',
  systemAudit: () => '/system/audit',
  systemUsage: () => '/system/usage',
  profile: () => '/settings/profile',
  sshKeys: () => '/settings/ssh-keys',
  tokens: () => '/settings/tokens',
  tokenNew: () => '/settings/tokens/new',
  apiDocs: () => '/api-docs',
} as const;

/**
 * A path of this site that a person may be sent to after signing in; anything else becomes the overview.
 * `//host` and `/\host` leave the site in browsers (WHATWG URL, special schemes) and are refused.
 */
export function safeNext(next: string | null | undefined): string {
  return next && /^\/(?![/\\])[^\p{Cc}]*$/u.test(next) ? next : paths.overview();
}
