import { expect, it } from 'vitest';
import { paths, safeNext } from './paths.ts';

it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/a\nb', '', null])(
  'leads from %j to the overview',
  (next) => {
    expect(safeNext(next)).toBe('/');
  },
);

it.each(['/', '/projects/blue/instances?state=running'])('keeps %j', (next) => {
  expect(safeNext(next)).toBe(next);
});

it('escapes what stands in a path', () => {
  expect(paths.instances('a/../b')).toBe('/projects/a%2F..%2Fb/instances');
  expect(paths.signIn('/a?b=c')).toBe('/sign-in?next=%2Fa%3Fb%3Dc');
});
