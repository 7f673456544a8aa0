import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConsoleClient, type ConsoleWorld, startConsoleWorld } from '#server/testing/console-world.ts';
import { makeInstance, makeProject, makeUser } from '#server/testing/factories.ts';

/* Consoles from the socket of a client to a simulated host, through a web and a worker with the roles that they have. */

let world: ConsoleWorld;
let cookie: string;
let token: string;
const clients: ConsoleClient[] = [];

beforeAll(async () => {
  world = await startConsoleWorld();
  cookie = await world.web.sessionOf(world.ownerId);
  token = await world.web.tokenOf(world.ownerId, ['all']);
});
afterAll(() => world.stop());
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await expect.poll(() => world.door.server.openConsoles, within).toBe(0);
});

const within = { timeout: 20_000 };

function connect(hello: object | null, options: ConstructorParameters<typeof ConsoleClient>[2] = {}): ConsoleClient {
  const client = new ConsoleClient(world.web, hello, options);
  clients.push(client);
  return client;
}

async function open(body: object, credentials: { cookie?: string; token?: string } = { cookie }, hello: object = {}) {
  const isExec = 'kind' in body && (body.kind === 'exec' || body.kind === 'attach');
  const ticket = await world.ticket(credentials, body, isExec ? world.container.id : world.vm.id);
  const client = connect({ ticket, ...hello });
  await expect.poll(() => client.last?.type, within).toBe('open');
  return client;
}

const reason = (client: ConsoleClient) => {
  const { last } = client;
  return last?.type === 'end' ? last.reason : (client.refused ?? last?.type);
};

describe('a ticket', () => {
  test('opens one console: bytes go both ways, and its record says who, what and for how long', async () => {
    const client = await open({ kind: 'serial' });
    client.type('hello');
    await expect.poll(() => client.text, within).toBe('hello');
    client.socket.close();
    await expect.poll(() => world.door.server.openConsoles, within).toBe(0);
    const path = `/projects/${world.projectId}/instances/${world.vm.id}/console-sessions`;
    const read = async () =>
      (await world.web.rest<{ items: Record<string, unknown>[] }>(path, { cookie })).body.items[0];
    await expect.poll(async () => (await read())?.endReason, within).toBe('closed');
    expect(await read()).toMatchObject({
      kind: 'serial',
      user: { id: world.ownerId, name: 'Olga Owner' },
      ip: '127.0.0.1',
      bytesIn: 5,
      bytesOut: 5,
      recorded: false,
    });
    const audited = await world.web.owner.audit.findMany({ where: { action: { startsWith: 'console.' } } });
    expect(audited.map(({ action }) => action)).toEqual(['console.open', 'console.session']);
    expect(JSON.stringify(audited.map(({ detail }) => detail))).not.toContain('hello');
  });

  test('works once, also of ten that race', async () => {
    const ticket = await world.ticket({ cookie }, { kind: 'vnc' });
    const racing = Array.from({ length: 10 }, () => connect({ ticket }));
    await expect.poll(() => racing.filter(({ last }) => last !== undefined).length, within).toBe(10);
    expect(racing.filter(({ last }) => last?.type === 'open')).toHaveLength(1);
    expect(racing.map(reason).filter((each) => each === 'ticket_refused')).toHaveLength(9);
    const replayed = connect({ ticket });
    await expect.poll(() => reason(replayed), within).toBe('ticket_refused');
    await expect.poll(() => replayed.closeCode, within).toBe(1008);
  });

  test('runs out by the clock of the database, and nobody can lengthen it', async () => {
    const ticket = await world.ticket({ cookie }, { kind: 'vnc' });
    await world.web.owner
      .$executeRaw`UPDATE console_ticket SET expires_at = now() - interval '1 second' WHERE used_at IS NULL`;
    const late = connect({ ticket });
    await expect.poll(() => reason(late), within).toBe('ticket_refused');
    await expect(
      world.web.owner.$executeRaw`UPDATE console_ticket SET expires_at = now() + interval '1 hour'`,
    ).rejects.toThrow(/console_ticket_is_short/);
  });

  test('is worth nothing once its instance was made anew, its session has ended or it is made up', async () => {
    const anew = await world.ticket({ cookie }, { kind: 'vnc' });
    await world.web.owner.$executeRaw`UPDATE instance SET generation = generation + 1 WHERE id = ${world.vm.id}::uuid`;
    const first = connect({ ticket: anew });
    await expect.poll(() => reason(first), within).toBe('ticket_refused');
    await world.web.owner.$executeRaw`UPDATE instance SET generation = generation - 1 WHERE id = ${world.vm.id}::uuid`;

    const other = await world.web.sessionOf(world.ownerId);
    const signedOut = await world.ticket({ cookie: other }, { kind: 'vnc' });
    await world.web.trpc('auth.signOut', 'mutation', {}, { cookie: other });
    const second = connect({ ticket: signedOut });
    await expect.poll(() => reason(second), within).toBe('ticket_refused');

    const third = connect({ ticket: 'x'.repeat(43) });
    await expect.poll(() => reason(third), within).toBe('ticket_refused');
    const fourth = connect({ nothing: true });
    await expect.poll(() => reason(fourth), within).toBe('ticket_refused');
  });

  test('is given to nobody of another project, and not for a console that the instance has not', async () => {
    const stranger = await makeUser(world.web.owner);
    await makeProject(world.web.owner, { ownerId: stranger.id });
    const foreign = { cookie: await world.web.sessionOf(stranger.id) };
    await expect(world.ticket(foreign, { kind: 'vnc' })).rejects.toThrow(/not_found/);
    await expect(world.ticket({ cookie }, { kind: 'exec' })).rejects.toThrow(/vnc and serial/);
    await expect(world.ticket({ cookie }, { kind: 'vnc', command: ['sh'] })).rejects.toThrow(/Only exec/);
  });
});

describe('the way in', () => {
  test.each(['http://evil.test', 'null'])('is closed to pages of the origin %s', async (origin) => {
    const client = connect({ ticket: await world.ticket({ cookie }, { kind: 'vnc' }) }, { origin });
    await expect.poll(() => reason(client), within).toBe(403);
  });

  test('needs an Origin where the ticket is of a session; programs with tokens send none', async () => {
    const browser = connect({ ticket: await world.ticket({ cookie }, { kind: 'vnc' }) }, { origin: null });
    await expect.poll(() => reason(browser), within).toBe('ticket_refused');
    const program = connect({ ticket: await world.ticket({ token }, { kind: 'vnc' }) }, { origin: null });
    await expect.poll(() => reason(program), within).toBe('open');
  });

  test.each(['/api/console?ticket=1', '/api/console/', '/console', '//api/console', '/api/v1/console'])(
    'is this path alone, not %s',
    async (path) => {
      const client = connect(null, { path });
      await expect.poll(() => client.refused, within).toBe(404);
    },
  );
});

describe('an open console', () => {
  test.each([
    ['signed_out', () => world.web.owner.$executeRaw`UPDATE session SET revoked_at = now() WHERE revoked_at IS NULL`],
    [
      'right_revoked',
      () => world.web.owner.$executeRaw`UPDATE membership SET role = 'viewer' WHERE user_id = ${world.ownerId}::uuid`,
    ],
  ] as const)('is closed within five seconds once it is %s', async (why, withdraw) => {
    const client = await open({ kind: 'serial' });
    await withdraw();
    await expect.poll(() => reason(client), { timeout: 5_000 }).toBe(why);
    await expect.poll(() => client.closeCode, within).toBe(1008);
    await world.web.owner.$executeRaw`UPDATE membership SET role = 'owner' WHERE user_id = ${world.ownerId}::uuid`;
    cookie = await world.web.sessionOf(world.ownerId);
  });

  test('is closed when its token is revoked, and when its instance goes', async () => {
    const other = await world.web.tokenOf(world.ownerId, ['all']);
    const { id: hostId } = world.vm.host ?? { id: '' };
    const gone = await makeInstance(world.web.owner, { projectId: world.projectId, hostId, kind: 'vm' });
    const byToken = await open({ kind: 'vnc' }, { token: other });
    const ofGone = connect({ ticket: await world.ticket({ cookie }, { kind: 'vnc' }, gone.id) });
    // It is on no host: the console waits for it.
    await expect.poll(() => reason(ofGone), within).toBe('waiting');
    await world.web.owner.$executeRaw`UPDATE api_token SET revoked_at = now()`;
    await world.web.owner.$executeRaw`DELETE FROM claim WHERE owner_id = ${gone.id}::uuid`.catch(() => 0);
    await world.web.owner.$executeRaw`DELETE FROM instance WHERE id = ${gone.id}::uuid`;
    await expect.poll(() => reason(byToken), within).toBe('signed_out');
    await expect.poll(() => reason(ofGone), within).toBe('instance_deleted');
    token = await world.web.tokenOf(world.ownerId, ['all']);
  });

  test('outlives a restart of its guest and says so', async () => {
    const client = await open({ kind: 'serial' });
    world.vms.setState(world.vm.id, 'stopped');
    await expect.poll(() => client.last, within).toMatchObject({ type: 'waiting', reason: 'instance_stopped' });
    world.vms.setState(world.vm.id, 'running');
    await expect.poll(() => client.last, within).toMatchObject({ type: 'open', reopened: true });
    client.type('again');
    await expect.poll(() => client.text, within).toContain('again');
  });

  test('of a serial port is one person’s; a second one takes it only knowingly', async () => {
    const first = await open({ kind: 'serial' });
    const second = connect({ ticket: await world.ticket({ cookie }, { kind: 'serial' }) });
    await expect.poll(() => reason(second), within).toBe('busy');
    await open({ kind: 'serial', takeOver: true });
    await expect.poll(() => reason(first), within).toBe('taken_over');
  });

  test('of a command has a size, and ends with its exit code', async () => {
    const client = await open({ kind: 'exec', command: ['sh'] }, { cookie }, { columns: 100, rows: 30 });
    const opened = world.containers.consoles.get(world.container.id)?.at(-1);
    expect(opened?.target).toMatchObject({ kind: 'exec', command: ['sh'], tty: true, columns: 100, rows: 30 });
    client.say({ type: 'resize', columns: 132, rows: 43 });
    await expect.poll(() => opened?.sizes.at(-1), within).toEqual({ columns: 132, rows: 43 });
    client.type('exit 7\n');
    await expect.poll(() => reason(client), within).toBe('exited');
    expect(client.controls).toContainEqual({ type: 'exit', code: 7 });
  });

  test('that may only be looked at takes nothing', async () => {
    const client = await open({ kind: 'attach', viewOnly: true });
    client.type('rm -rf /\n');
    const opened = world.containers.consoles.get(world.container.id)?.at(-1);
    opened?.push('printed');
    await expect.poll(() => client.text, within).toBe('printed');
  });

  test('ends with a reason when a frame is no request, or too large', async () => {
    const confused = await open({ kind: 'vnc' });
    confused.say({ type: 'reboot' });
    await expect.poll(() => reason(confused), within).toBe('failed');
    const large = await open({ kind: 'serial' });
    large.socket.send(Buffer.alloc(300_000));
    await expect.poll(() => large.closeCode, within).toBe(1009);
  });
});

describe('a share', () => {
  test('lets a viewer look, for as long as it is not revoked', async () => {
    const viewer = await makeUser(world.web.owner);
    await world.web.owner.membership.create({
      data: { projectId: world.projectId, userId: viewer.id, role: 'viewer' },
    });
    const theirs = await world.web.sessionOf(viewer.id);
    await expect(world.ticket({ cookie: theirs }, { kind: 'serial' })).rejects.toThrow(/forbidden/);
    const path = `/projects/${world.projectId}/instances/${world.vm.id}/console-shares`;
    const body = { kind: 'serial', userId: viewer.id };
    const { body: share } = await world.web.rest(path, { method: 'POST', body, cookie });
    const opened = await world.web.trpc<{ ticket: string }>(
      'console.openShared',
      'mutation',
      { share: share.id },
      { cookie: theirs },
    );
    const client = connect({ ticket: opened.body.result?.data.ticket });
    await expect.poll(() => client.last, within).toMatchObject({ type: 'open', viewOnly: true });
    const mine = await world.web.trpc('console.openShared', 'mutation', { share: share.id }, { cookie });
    expect(mine.status).toBe(404);
    expect((await world.web.rest(`${path}/${share.id}`, { method: 'DELETE', cookie })).status).toBe(204);
    await expect.poll(() => reason(client), { timeout: 5_000 }).toBe('right_revoked');
  });
});

describe('a log', () => {
  const path = () => `/api/v1/projects/${world.projectId}/instances/${world.container.id}/logs`;
  const read = (query: string, headers: Record<string, string> = { cookie }) =>
    fetch(world.web.url + path() + query, { headers });

  test('is read as text and as JSON lines, and followed', async () => {
    const lines = [1, 2, 3].map(
      (n) => ({ stream: 'stdout', time: `2026-01-01T00:00:0${n}Z`, text: `line ${n}` }) as const,
    );
    world.containers.logs.set(world.container.id, [...lines]);
    expect(await (await read('')).text()).toBe('line 1\nline 2\nline 3\n');
    expect(await (await read('?tail=1&timestamps=true')).text()).toBe('2026-01-01T00:00:03Z line 3\n');
    const json = await (await read('?format=jsonl&tail=1')).text();
    expect(JSON.parse(json)).toEqual({ stream: 'stdout', time: '2026-01-01T00:00:03Z', text: 'line 3' });
    const following = await read('?follow=true&tail=0');
    const reader = (following.body as ReadableStream<Uint8Array>).getReader();
    world.containers.logs.get(world.container.id)?.push({ stream: 'stderr', time: null, text: 'new' });
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('new\n');
    await reader.cancel();
  });

  test('is closed to others, and cut when the right goes', async () => {
    const stranger = await world.web.sessionOf((await makeUser(world.web.owner)).id);
    expect((await read('', { cookie: stranger })).status).toBe(404);
    expect((await read('', {})).status).toBe(401);
    const vm = await fetch(
      `${world.web.url}${path().replace(world.container.id, world.vm.id)}?since=2026-01-01T00:00:00Z`,
      {
        headers: { cookie },
      },
    );
    expect(vm.status).toBe(400);
    const mine = await world.web.sessionOf(world.ownerId);
    const following = await read('?follow=true', { cookie: mine });
    await world.web.trpc('auth.signOut', 'mutation', {}, { cookie: mine });
    await expect(following.text()).rejects.toThrow();
  });
});
