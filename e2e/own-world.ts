import { openAsBlob } from 'node:fs';
import { appendFile, chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../server/contract/host.ts';
import type { Image } from '../server/contract/image.ts';
import type { Operation } from '../server/contract/operation.ts';
import type { Project } from '../server/contract/project.ts';
import { guestImagePath } from '../server/testing/lab/built-images.ts';
import type { LabHost } from '../server/testing/lab/lab-host.ts';
import { startHost } from '../server/testing/lab/start-host.ts';
import { type AtollProcess, startAtoll } from './atoll-process.ts';
import { type PatientClient, patientClient } from './patient-client.ts';
import { admin } from './world.ts';

/** An Atoll with an admin and one real host, for whoever kills or measures and shares it with nobody. */
export interface OwnWorld {
  atoll: AtollProcess;
  host: LabHost;
  hostId: string;
  dataDir: string;
  /** Its own image of the small guest, ready; null unless asked for. */
  image: Image | null;
  project: Project;
  client: PatientClient;
  /** Of the admin's session, as `name=value`. */
  cookie: string;
  stop(): Promise<void>;
}

/**
 * Starts a lab host and an Atoll on a fresh data directory, makes the first admin and a token, and takes the host in over SSH.
 * `name` is that of the host, unique within this process.
 */
export async function startOwnWorld(name: string, options: { image?: boolean } = {}): Promise<OwnWorld> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (let last = undo.pop(); last; last = undo.pop()) await last();
  };
  try {
    const host = await startHost({ name });
    undo.push(() => host.stop());
    const dataDir = await mkdtemp(join(tmpdir(), 'atoll-own-'));
    undo.push(() => rm(dataDir, { recursive: true, force: true }));
    await chmod(dataDir, 0o711); // the PostgreSQL user must be able to pass
    const atoll = await startAtoll(dataDir);
    undo.push(() => atoll.stop());
    const { cookie, token } = await signUp(atoll);
    const client = patientClient(atoll.url, token);
    const hostId = await addHost(client, host);
    const image = options.image ? await uploadGuest(client) : null;
    const [project] = (await client.get<{ items: Project[] }>('/projects')).items;
    if (!project) throw new Error('The admin has no project.');
    return { atoll, host, hostId, dataDir, image, project, client, cookie, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Uses the one-time link, and makes a token with the session that it gives. */
async function signUp({ url, setupUrl }: AtollProcess): Promise<{ cookie: string; token: string }> {
  const headers = { 'content-type': 'application/json', origin: url };
  const send = async (path: string, body: unknown, more: Record<string, string> = {}): Promise<Response> => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const token = new URLSearchParams(new URL(setupUrl).hash.slice(1)).get('token');
  const signedUp = await send('/api/trpc/auth.completeSetup', { token, ...admin });
  const cookie = signedUp.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const made = await send('/api/v1/tokens', { name: 'own world', scopes: ['all'] }, { cookie });
  return { cookie, token: ((await made.json()) as { secret: string }).secret };
}

async function addHost(client: PatientClient, { info }: LabHost): Promise<string> {
  const { publicKey } = await client.get<{ publicKey: string }>('/host-keys/identity');
  await appendFile(info.ssh.authorizedKeysPath, `${publicKey}\n`);
  const { host: address, port, hostKeyFingerprint: fingerprint } = info.ssh;
  const connection = { type: 'ssh', address, port, user: 'root', fingerprint };
  const added = await client.post<{ host: Host; operation: Operation }>('/hosts', { name: info.name, connection });
  const { state, error } = await client.finished(added.operation);
  if (state !== 'succeeded') throw new Error(`The host was not taken in: ${error?.detail}`);
  return added.host.id;
}

async function uploadGuest(client: PatientClient): Promise<Image> {
  const file = await openAsBlob(await guestImagePath());
  const source = { type: 'upload', sizeBytes: file.size };
  const { image } = await client.post<{ image: Image }>('/images', { name: 'mini', source });
  await client.put(`/images/${image.id}/data`, file);
  for (;;) {
    const now = await client.get<Image>(`/images/${image.id}`);
    if (now.state === 'ready') return now;
    if (now.state === 'failed') throw new Error(`The image failed: ${now.stateReason}`);
    await sleep(200);
  }
}
