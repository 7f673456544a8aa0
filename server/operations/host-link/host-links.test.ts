import { expect, test } from 'vitest';
import type { Db } from '#server/db/client.ts';
import type { HostRow } from '#server/db/host-store.ts';
import { createLog } from '#server/platform/log.ts';
import { connectionKey, HostLinks } from './host-links.ts';

const row = (fingerprint: string) => ({ id: 'a', name: 'reef-1', connectionType: 'ssh', fingerprint }) as HostRow;

function startLinks() {
  const opened: string[] = [];
  const closed: string[] = [];
  const links = new HostLinks({
    db: {} as Db,
    log: createLog({ process: 'test', level: 'silent' }),
    open: async (host) => {
      const key = String(host.fingerprint);
      opened.push(key);
      const machine = { close: () => closed.push(key) } as never;
      return { machine, drivers: [] };
    },
  });
  return { links, opened, closed };
}

test('who drops an old link does not close the one that has taken its place', async () => {
  const { links, closed } = startLinks();
  await links.link(row('old'));
  await links.link(row('new'));
  await links.dropIf('a', connectionKey(row('old')));
  expect(closed).toEqual(['old']);
  await links.dropIf('a', connectionKey(row('new')));
  expect(closed).toEqual(['old', 'new']);
});

test('one new link for all who ask while the old one is being closed, and the old one is closed', async () => {
  const { links, opened, closed } = startLinks();
  await links.link(row('old'));
  const [one, other] = await Promise.all([links.link(row('new')), links.link(row('new'))]);
  expect(one).toBe(other);
  expect(opened).toEqual(['old', 'new']);
  expect(closed).toEqual(['old']);
  await links.close();
  expect(closed).toEqual(['old', 'new']);
});
