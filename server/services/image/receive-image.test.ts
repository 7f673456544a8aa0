import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getImage } from '#server/db/image-store.ts';
import { type AccessWorld, buildAccessWorld, freshName } from '#server/testing/access-world.ts';
import { UploadWriter } from './upload-writer.ts';

let world: AccessWorld;
let token: string;
beforeAll(async () => {
  world = await buildAccessWorld();
  token = await world.web.tokenOf(world.users.owner, ['all']);
});
afterAll(() => world.web.stop());

interface UploadedImage {
  id: string;
  state: string;
  stateReason: string | null;
  format: string;
  sha256: string;
  upload: { receivedBytes: number } | null;
}
interface Problem {
  code: string;
  params: { receivedBytes: number };
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const folder = (): string => join(world.web.app.dataDir, 'images');

/** A disk with a partition table and something on it. */
function disk(sizeBytes = 3 * 2 ** 20): Buffer {
  const bytes = Buffer.alloc(sizeBytes, freshName());
  bytes.fill(0, 440, 510);
  bytes[446] = 0x80;
  bytes[450] = 0x83;
  bytes.writeUInt32LE(1, 454);
  bytes.writeUInt32LE(100, 458);
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

async function newImage(sizeBytes: number, expected?: string): Promise<string> {
  const source = { type: 'upload', sizeBytes, sha256: expected };
  const body = { name: freshName(), project: world.projectA, source };
  const made = await world.web.rest<{ image: { id: string } }>('/images', { method: 'POST', token, body });
  expect(made.status).toBe(202);
  return made.body.image.id;
}

const send = <Body>(id: string, method: string, rawBody: Buffer | undefined, headers: Record<string, string> = {}) =>
  world.web.rest<Body>(`/images/${id}/data`, {
    method,
    token,
    rawBody,
    headers: { 'content-type': 'application/octet-stream', ...headers },
  });
const look = async (id: string) => (await world.web.rest<UploadedImage>(`/images/${id}`, { token })).body;

describe('an upload', () => {
  it('is ready when all bytes are there and sound, under its checksum and closed for writing', async () => {
    const bytes = disk();
    const id = await newImage(bytes.length, sha256(bytes));
    const answer = await send<UploadedImage>(id, 'PUT', bytes);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ state: 'ready', format: 'raw', sha256: sha256(bytes) });
    const path = join(folder(), sha256(bytes));
    expect(await readFile(path)).toEqual(bytes);
    expect((await stat(path)).mode & 0o777).toBe(0o400);
  });

  it('goes on where it stopped, and says where that is', async () => {
    const bytes = disk();
    const id = await newImage(bytes.length);
    const first = await send(id, 'PATCH', bytes.subarray(0, 1_000_000), { 'upload-offset': '0' });
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '1000000']);
    const wrong = await send<Problem>(id, 'PATCH', bytes.subarray(5), { 'upload-offset': '5' });
    expect([wrong.status, wrong.body.params.receivedBytes]).toEqual([409, 1_000_000]);
    const head = await send(id, 'HEAD', undefined);
    expect([head.headers.get('upload-offset'), head.headers.get('upload-length')]).toEqual([
      '1000000',
      String(bytes.length),
    ]);
    expect((await look(id)).upload?.receivedBytes).toBe(1_000_000);
    const range = `bytes 1000000-${bytes.length - 1}/${bytes.length}`;
    const rest = await send<UploadedImage>(id, 'PUT', bytes.subarray(1_000_000), { 'content-range': range });
    expect(rest.body).toMatchObject({ state: 'ready', sha256: sha256(bytes) });
  });

  it('keeps what has come when the line breaks', async () => {
    const bytes = disk();
    const id = await newImage(bytes.length);
    const broken = fetch(`${world.web.url}/api/v1/images/${id}/data`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
      body: (async function* () {
        yield bytes.subarray(0, 500_000);
        await new Promise((resolve) => setTimeout(resolve, 300));
        throw new Error('the cable was pulled');
      })() as unknown as BodyInit,
      duplex: 'half',
    } as RequestInit);
    await expect(broken).rejects.toThrow();
    await expect.poll(async () => (await look(id)).upload?.receivedBytes).toBe(500_000);
    const rest = await send<UploadedImage>(id, 'PATCH', bytes.subarray(500_000), { 'upload-offset': '500000' });
    expect(rest.body).toMatchObject({ state: 'ready', sha256: sha256(bytes) });
  });

  it('that is hostile, or not what was announced, is refused and leaves nothing behind', async () => {
    const hostile = Buffer.alloc(4 * 65_536);
    hostile.write('QFI\xfb', 'latin1');
    hostile.writeUInt32BE(3, 4);
    hostile.writeBigUInt64BE(512n, 8);
    hostile.writeUInt32BE(11, 16);
    hostile.write('/etc/shadow', 512);
    const before = await readdir(folder());
    for (const [bytes, expected, code] of [
      [hostile, undefined, 'image_unsafe'],
      [disk(), 'a'.repeat(64), 'checksum_mismatch'],
    ] as const) {
      const id = await newImage(bytes.length, expected);
      const answer = await send<Problem>(id, 'PUT', bytes);
      expect([answer.status, answer.body.code]).toEqual([422, code]);
      const image = await look(id);
      expect(image.state).toBe('failed');
      expect(image.stateReason).not.toBe('');
      expect((await send<Problem>(id, 'PUT', bytes)).status).toBe(409);
    }
    const id = await newImage(1000);
    expect((await send<Problem>(id, 'PUT', disk())).body.code).toBe('payload_too_large');
    await world.web.rest(`/images/${id}`, { method: 'DELETE', token });
    expect(await readdir(folder())).toEqual(before);
  });

  it('is written by one request at a time, whichever process it comes to', async () => {
    const bytes = disk();
    const id = await newImage(bytes.length);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = fetch(`${world.web.url}/api/v1/images/${id}/data`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
      body: (async function* () {
        yield bytes.subarray(0, 500_000);
        first.resolve();
        await second.promise;
        yield bytes.subarray(500_000);
      })() as unknown as BodyInit,
      duplex: 'half',
    } as RequestInit);
    await first.promise;
    const row = () => world.web.owner.image.findUnique({ where: { id } });
    await expect.poll(async () => (await row())?.uploadHolder, { timeout: 20_000 }).toBeTruthy();
    const busy = await send<Problem>(id, 'PUT', disk());
    expect([busy.status, busy.body.code]).toEqual([409, 'state_conflict']);
    second.resolve();
    const done = await slow;
    expect([done.status, await done.json()]).toEqual([200, expect.objectContaining({ sha256: sha256(bytes) })]);
    expect((await row())?.uploadHolder).toBeNull();
  });

  it('is taken over when its process died, and then no longer its own', async () => {
    const bytes = disk();
    const id = await newImage(bytes.length);
    const { db } = world.web.app;
    const image = await getImage(db, { id, scope: 'every-project' });
    const dead = await UploadWriter.claim(world.web.app, image, 0);
    await expect(UploadWriter.claim(world.web.app, image, 0)).rejects.toMatchObject({ code: 'state_conflict' });
    await world.web.owner.image.update({ where: { id }, data: { uploadLeaseUntil: new Date(Date.now() - 60_000) } });
    const taken = await send(id, 'PATCH', bytes.subarray(0, 1000), { 'upload-offset': '0' });
    expect(taken.status).toBe(204);
    await expect(dead.tell(5)).rejects.toMatchObject({ code: 'state_conflict' });
    await dead.release();
    const rest = await send<UploadedImage>(id, 'PATCH', bytes.subarray(1000), { 'upload-offset': '1000' });
    expect(rest.body).toMatchObject({ state: 'ready', sha256: sha256(bytes) });
    await expect(dead.tell(5)).rejects.toMatchObject({ code: 'state_conflict' });
  });

  it('is one of twenty at once in a project, and no more, however they come', async () => {
    const admin = await world.web.tokenOf(world.users.admin, ['all']);
    const create = () => {
      const body = { name: freshName(), project: world.projectB, source: { type: 'upload', sizeBytes: 10 } };
      return world.web.rest<Problem & { image: { id: string } }>('/images', { method: 'POST', token: admin, body });
    };
    const answers = await Promise.all(Array.from({ length: 30 }, create));
    const made = answers.filter(({ status }) => status === 202);
    expect(made).toHaveLength(20);
    const refused = answers.filter(({ status }) => status !== 202);
    expect(new Set(refused.map(({ status, body }) => `${status} ${body.code}`))).toEqual(new Set(['429 rate_limited']));
    await world.web.owner.image.update({ where: { id: made[0]?.body.image.id }, data: { state: 'failed' } });
    expect((await create()).status).toBe(202);
    expect((await create()).status).toBe(429);
  });

  it('larger than the server is refused at once', async () => {
    const source = { type: 'upload', sizeBytes: 2 ** 40 };
    const body = { name: 'huge', project: world.projectA, source };
    const huge = await world.web.rest<Problem>('/images', { method: 'POST', token, body });
    expect([huge.status, huge.body.code]).toEqual([413, 'payload_too_large']);
  });
});
