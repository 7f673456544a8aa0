import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { Change } from '#server/contract/event.ts';
import { patchAnswer, patchCache } from './patch-cache.ts';

const change = (entity: unknown, more: Partial<Change> = {}): Change => ({
  seq: '7',
  topic: 'instance',
  entityId: 'a',
  projectId: null,
  version: 2,
  at: '2026-01-01T00:00:00.000Z',
  entity,
  ...more,
});
const key = (procedure: string, input: unknown = {}) => [procedure.split('.'), { input, type: 'query' }];

describe('patchAnswer', () => {
  it('takes what is newer and leaves what is older', () => {
    const present = { id: 'a', version: 2, state: 'running' };
    const newer = { id: 'a', version: 3, state: 'stopped' };
    expect(patchAnswer(present, 'a', newer)).toBe(newer);
    expect(patchAnswer(newer, 'a', present)).toBe(newer);
  });

  it('finds the object in pages of an infinite list and draws only that page again', () => {
    const other = { items: [{ id: 'b', version: 1 }], nextCursor: null };
    const data = { pages: [{ items: [{ id: 'a', version: 1 }], nextCursor: 'x' }, other], pageParams: [null, 'x'] };
    const entity = { id: 'a', version: 2 };
    const patched = patchAnswer(data, 'a', entity) as typeof data;
    expect(patched.pages[0]?.items).toEqual([entity]);
    expect(patched.pages[1]).toBe(other);
  });

  it('takes what is gone out of lists', () => {
    expect(patchAnswer({ items: [{ id: 'a' }, { id: 'b' }] }, 'a', null)).toEqual({ items: [{ id: 'b' }] });
  });

  it('answers the same reference where nothing is about it', () => {
    const data = { items: [{ id: 'b', version: 1 }] };
    expect(patchAnswer(data, 'a', { id: 'a', version: 1 })).toBe(data);
  });
});

describe('patchCache', () => {
  it('patches the object and its list, asks only lists again, and leaves other resources alone', () => {
    const client = new QueryClient();
    client.setQueryData(key('instance.get', { instance: 'a' }), { id: 'a', version: 1 });
    client.setQueryData(key('instance.list'), { items: [{ id: 'a', version: 1 }] });
    client.setQueryData(key('image.list'), { items: [{ id: 'a', version: 1 }] });
    const again = patchCache(client, change({ id: 'a', version: 2 }));
    expect(client.getQueryData(key('instance.get', { instance: 'a' }))).toEqual({ id: 'a', version: 2 });
    expect(client.getQueryData(key('instance.list'))).toEqual({ items: [{ id: 'a', version: 2 }] });
    expect(client.getQueryData(key('image.list'))).toEqual({ items: [{ id: 'a', version: 1 }] });
    expect(again).toEqual([key('instance.list')]);
  });

  it('asks for the object again when it is gone, so that its page can say so', () => {
    const client = new QueryClient();
    client.setQueryData(key('instance.get', { instance: 'a' }), { id: 'a', version: 1 });
    expect(patchCache(client, change(null))).toEqual([key('instance.get', { instance: 'a' })]);
  });

  it('asks again what fits when the quota of a project has changed', () => {
    const client = new QueryClient();
    client.setQueryData(key('instance.check', { project: 'a' }), { fits: false });
    const again = patchCache(client, change({ id: 'a', version: 2 }, { topic: 'project' }));
    expect(again).toEqual([key('instance.check', { project: 'a' })]);
  });

  it('finds the scans of host keys under their own name', () => {
    const client = new QueryClient();
    client.setQueryData(key('hostKey.get', { hostKey: 'a' }), { id: 'a', state: 'scanning' });
    patchCache(client, change({ id: 'a', state: 'ready' }, { topic: 'host-key' }));
    expect(client.getQueryData(key('hostKey.get', { hostKey: 'a' }))).toEqual({ id: 'a', state: 'ready' });
  });
});
