import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDb, type Db, inTx } from '../../server/db/client.ts';
import { setMembership } from '../../server/db/membership-store.ts';
import { insertSession } from '../../server/db/session-store.ts';
import { newToken } from '../../server/platform/hash.ts';
import {
  makeFlavor,
  makeHost,
  makeImage,
  makeInstance,
  makeProject,
  makeUser,
  makeVolume,
} from '../../server/testing/factories.ts';
import { startAtoll } from '../atoll-process.ts';

/** Weakest first: what a stronger one deletes, nobody needs any more. */
export const crawlers = ['viewer', 'auditor', 'member', 'owner', 'admin'] as const;
export type Crawler = (typeof crawlers)[number];

/** An Atoll with something of everything in it, on hosts in quarantine: whatever is pressed reaches no machine. */
export interface CrawlWorld {
  url: string;
  /** Value of the session cookie. */
  sessions: Record<Crawler, string>;
  /** Addresses to begin with; links lead on from there. */
  starts: readonly string[];
  stop(): Promise<void>;
}

export async function startCrawlWorld(): Promise<CrawlWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'atoll-crawl-'));
  await chmod(dataDir, 0o711); // the PostgreSQL user must be able to pass
  const atoll = await startAtoll(dataDir);
  const stop = async (): Promise<void> => {
    await atoll.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const url = (await readFile(join(dataDir, 'secrets/database-url'), 'utf8')).trim();
    const db = createDb(url, { max: 2 });
    try {
      return { url: atoll.url, stop, ...(await fill(db)) };
    } finally {
      await db.$disconnect();
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fill(db: Db): Promise<Pick<CrawlWorld, 'sessions' | 'starts'>> {
  const people = {
    viewer: await makeUser(db, { name: 'Vera Viewer' }),
    auditor: await makeUser(db, { name: 'Aron Auditor', role: 'auditor' }),
    member: await makeUser(db, { name: 'Mia Member' }),
    owner: await makeUser(db, { name: 'Olga Owner' }),
    admin: await makeUser(db, { name: 'Ada Admin', role: 'admin' }),
  };
  const project = await makeProject(db, { slug: 'blue-team', ownerId: people.owner.id, viewerId: people.viewer.id });
  await inTx(db, (tx) => setMembership(tx, { projectId: project.id, userId: people.member.id }, 'member'));
  const host = await makeHost(db, { name: 'reef-1', state: 'quarantined' });
  await makeFlavor(db, { name: 'small' });
  await makeImage(db, { name: 'debian' });
  await makeImage(db, { name: 'own', projectId: project.id });
  const on = { projectId: project.id, hostId: host.id };
  const running = await makeInstance(db, { ...on, name: 'web-1' });
  await makeInstance(db, { ...on, name: 'cache', kind: 'container', network: 'default' });
  await makeInstance(db, { ...on, name: 'old', desiredState: 'stopped', observedState: 'stopped' });
  await makeInstance(db, { ...on, name: 'broken', lifecycle: 'failed', failureReason: 'The disk is full.' });
  await makeVolume(db, { ...on, name: 'kept' });
  await makeVolume(db, { ...on, name: 'web-1-disk', instanceId: running.id });
  const sessionOf = async (userId: string): Promise<string> => {
    const { token, hash } = newToken('');
    const session = { userId, tokenHash: hash, ip: '127.0.0.1', userAgent: 'crawler', ttlSeconds: 3600 };
    await inTx(db, (tx) => insertSession(tx, session));
    return token;
  };
  const sessions = {
    viewer: await sessionOf(people.viewer.id),
    auditor: await sessionOf(people.auditor.id),
    member: await sessionOf(people.member.id),
    owner: await sessionOf(people.owner.id),
    admin: await sessionOf(people.admin.id),
  };
  return { sessions, starts: ['/', `/projects/${project.slug}/instances`] };
}
