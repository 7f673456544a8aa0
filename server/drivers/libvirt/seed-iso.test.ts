import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '#server/testing/lab/run-command.ts';
import { seedIso } from './seed-iso.ts';

const FILES = [
  { name: 'user-data', content: '#cloud-config\nhostname: wéb\n' },
  { name: 'meta-data', content: `instance-id: x\n${'# long\n'.repeat(2000)}` },
  { name: 'network-config', content: '' },
];

describe('a seed disc, read by genisoimage', () => {
  let folder: string;
  let disc: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seed-iso-'));
    disc = join(folder, 'seed.iso');
    await writeFile(disc, seedIso('cidata', FILES));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is labelled cidata and has both kinds of long names', async () => {
    const about = await runCommand(['isoinfo', '-d', '-i', disc]);
    expect(about).toContain('Volume id: cidata');
    expect(about).toContain('Rock Ridge signatures version 1 found');
    expect(about).toContain('Joliet with UCS level 3 found');
  });

  it.each(['-R', '-J'])('has every file with its content (%s)', async (names) => {
    const listing = await runCommand(['isoinfo', names, '-f', '-i', disc]);
    expect(listing.trim().split('\n').toSorted()).toEqual(['/meta-data', '/network-config', '/user-data']);
    for (const { name, content } of FILES) {
      expect(await runCommand(['isoinfo', names, '-x', `/${name}`, '-i', disc])).toBe(content);
    }
  });

  it('has short names for who knows no others', async () => {
    const listing = await runCommand(['isoinfo', '-f', '-i', disc]);
    expect(listing.trim().split('\n')).toEqual(['/META_D01.;1', '/NETWOR02.;1', '/USER_D00.;1']);
  });
});

it('is the same for the same files', () => {
  expect(seedIso('cidata', FILES).equals(seedIso('cidata', FILES))).toBe(true);
});

it('refuses what it cannot hold', () => {
  expect(() => seedIso('a label that is long', [])).toThrow(TypeError);
  expect(() => seedIso('cidata', [{ name: '../etc', content: '' }])).toThrow(TypeError);
  expect(() => seedIso('cidata', [{ name: 'user-data', content: 'x'.repeat(1024 * 1024 + 1) }])).toThrow(RangeError);
});
