import { expect, it } from 'vitest';
import { newId } from './id.ts';

it('makes UUIDs of version 7 that sort by time and never repeat', () => {
  const early = newId(Date.UTC(2026, 0, 1));
  const late = newId(Date.UTC(2026, 0, 1) + 1);
  expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(early.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 0, 1));
  expect(early < late).toBe(true);
  expect(new Set(Array.from({ length: 10_000 }, () => newId())).size).toBe(10_000);
});
