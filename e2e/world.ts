import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabHostInfo } from '../server/testing/lab/host-access.ts';

/** What global-setup.ts started, as plain data for the specs. */
export interface World {
  url: string;
  setupUrl: string;
  atollPid: number;
  /** A host with libvirt and Docker that Atoll reaches by SSH. */
  host: LabHostInfo;
  /** Another, for the specs that use REST alone. */
  restHost: LabHostInfo;
  dataDir: string;
  guestImagePath: string;
}

export const worldFile = join(import.meta.dirname, '../.cache/e2e-world.json');

export const readWorld = (): World => JSON.parse(readFileSync(worldFile, 'utf8')) as World;

/** The first admin, made by first-run.spec.ts. */
export const admin = { name: 'Ada Admin', email: 'ada@example.org', password: 'lagoon-and-reef-42' };
