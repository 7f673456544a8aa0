import {
  type SystemPermission,
  systemPermissions,
  type TokenScope,
  tokenScopes,
} from '#server/contract/permissions.ts';

/** How the rights of a token are chosen: to look only, everything, or one by one. */
export type ScopeChoice = 'read' | 'all' | 'some';

const isSystem = (scope: string): scope is SystemPermission => systemPermissions.some((each) => each === scope);

/** The scopes that do anything for a person: those over the whole cloud only as far as the person holds them. */
export const usefulScopes = (own: readonly SystemPermission[]): Exclude<TokenScope, 'all'>[] =>
  tokenScopes.filter((scope) => scope !== 'all' && (!isSystem(scope) || own.includes(scope))) as Exclude<
    TokenScope,
    'all'
  >[];

export const isReadScope = (scope: TokenScope): boolean => scope.endsWith(':read');

/** Scopes under the noun that they are about, in the order of the contract. */
export function scopeGroups<S extends TokenScope>(scopes: readonly S[]): { noun: string; scopes: S[] }[] {
  const groups = new Map<string, S[]>();
  for (const scope of scopes) {
    const noun = scope.split(':')[0] ?? scope;
    groups.set(noun, [...(groups.get(noun) ?? []), scope]);
  }
  return [...groups].map(([noun, members]) => ({ noun, scopes: members }));
}

/** What a choice means in scopes. */
export function chosenScopes(
  choice: ScopeChoice,
  some: readonly TokenScope[],
  useful: readonly TokenScope[],
): TokenScope[] {
  switch (choice) {
    case 'all':
      return ['all'];
    case 'read':
      return useful.filter(isReadScope);
    case 'some':
      return useful.filter((scope) => some.includes(scope));
  }
}

const examples: readonly [TokenScope, (project: string) => string][] = [
  ['instance:read', (project) => `/projects/${project}/instances`],
  ['project:read', () => '/projects'],
  ['self:read', () => '/me'],
  ['image:read', () => '/images'],
  ['volume:read', (project) => `/projects/${project}/volumes`],
  ['operation:read', () => '/operations'],
  ['event:read', () => '/event-log'],
  ['host:read', () => '/hosts'],
];

/** A request below /api/v1 that a token with these scopes may make, for the first try; null where it may read nothing. */
export function examplePath(scopes: readonly TokenScope[], project: string): string | null {
  const found = examples.find(([scope]) => scopes.includes('all') || scopes.includes(scope));
  return found ? found[1](project) : null;
}
