import { expect, it } from 'vitest';
import { tokenScopes } from '#server/contract/permissions.ts';
import { chosenScopes, examplePath, scopeGroups, usefulScopes } from './token-scopes.ts';

it('offers rights over the whole cloud only to those who hold them', () => {
  expect(usefulScopes([])).not.toContain('host:read');
  expect(usefulScopes([])).toContain('instance:write');
  expect(usefulScopes(['host:read'])).toContain('host:read');
  expect(usefulScopes(['host:read'])).not.toContain('all');
});

it('groups every scope once, under its noun', () => {
  const groups = scopeGroups(tokenScopes);
  expect(groups.flatMap(({ scopes }) => scopes).sort()).toEqual([...tokenScopes].sort());
  expect(groups.find(({ noun }) => noun === 'image')?.scopes).toEqual(['image:read', 'image:write', 'image:publish']);
});

it('makes scopes of a choice', () => {
  const useful = usefulScopes([]);
  expect(chosenScopes('all', [], useful)).toEqual(['all']);
  expect(chosenScopes('read', ['instance:write'], useful).every((scope) => scope.endsWith(':read'))).toBe(true);
  expect(chosenScopes('some', ['instance:write', 'host:write'], useful)).toEqual(['instance:write']);
});

it('shows a request that the token may make', () => {
  expect(examplePath(['all'], 'blue')).toBe('/projects/blue/instances');
  expect(examplePath(['self:read'], 'blue')).toBe('/me');
  expect(examplePath(['instance:write'], 'blue')).toBeNull();
});
