import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { constantScript } from '../constant-script.ts';
import { KeptMachine } from '../kept-machine.ts';
import { connectSsh, type SshTarget } from './connect-ssh.ts';
import { fingerprint } from './fingerprint.ts';
import { makeSshKeyPair, publicKeyOf } from './key-pair.ts';
import { scanHostKeys } from './scan-host-key.ts';

let host: LabHost;
let target: SshTarget;
let sshdLog: string;

beforeAll(async () => {
  host = await startHost({ name: 'ssh', engines: [] });
  sshdLog = join(host.info.directory, 'log/sshd.log');
});
afterAll(() => host?.stop());
beforeEach(() => {
  const { ssh } = host.info;
  target = { ...ssh, credential: { type: 'private-key', privateKey: ssh.privateKey } };
});

/** sshd names the user only in lines about a connection that had begun to sign in. */
const signInsSeen = async () => (await readFile(sshdLog, 'utf8')).match(/user root|for root|for invalid/g)?.length ?? 0;

describe('signing in', () => {
  test('with our own key, made here and let in by its public line', async () => {
    const own = makeSshKeyPair('atoll@console');
    await host.runInside(['tee', '-a', host.info.ssh.authorizedKeysPath], { input: `${own.publicKey}\n` });
    const machine = await connectSsh({ ...target, credential: { type: 'private-key', privateKey: own.privateKey } });
    machine.close();
    expect(publicKeyOf(own.privateKey)).toEqual({ publicKey: own.publicKey, fingerprint: own.fingerprint });
  });

  test('with a password', async () => {
    const machine = await connectSsh({
      ...target,
      credential: { type: 'password', password: host.info.ssh.password },
    });
    expect((await machine.runScript(constantScript`id -un`, { timeoutMs: 20_000 })).stdout).toBe('root\n');
    machine.close();
  });

  test('a wrong password and a strange key are refused', async () => {
    const strange = makeSshKeyPair('stranger');
    for (const credential of [
      { type: 'password', password: 'wrong' },
      { type: 'private-key', privateKey: strange.privateKey },
      { type: 'private-key', privateKey: 'no key at all' },
    ] as const) {
      await expect(connectSsh({ ...target, credential })).rejects.toMatchObject({ code: 'auth_failed', sent: false });
    }
  });

  test('ssh-keygen reads the keys that we make', async () => {
    const own = makeSshKeyPair('atoll console');
    const path = join(host.info.directory, 'own_key');
    await writeFile(path, own.privateKey, { mode: 0o600 });
    expect((await host.runInside(['ssh-keygen', '-y', '-f', path])).trim()).toBe(own.publicKey);
    expect(await host.runInside(['ssh-keygen', '-lf', path])).toContain(own.fingerprint);
  });
});

describe('the host key', () => {
  test('is scanned without signing in and agrees with ssh-keygen', async () => {
    const before = await signInsSeen();
    const keys = await scanHostKeys(target);
    expect(keys).toEqual([{ type: 'ssh-ed25519', fingerprint: host.info.ssh.hostKeyFingerprint }]);
    const [, blob] = host.info.ssh.hostPublicKey.split(' ');
    expect(fingerprint(Buffer.from(blob ?? '', 'base64'))).toBe(keys[0]?.fingerprint);
    expect(await signInsSeen()).toBe(before);
  });

  test('a changed one is refused before anything is sent', async () => {
    const pinned = host.info.ssh.hostKeyFingerprint;
    await host.replaceHostKey();
    const before = await signInsSeen();
    const connecting = connectSsh({ ...target, hostKeyFingerprint: pinned });
    await expect(connecting).rejects.toMatchObject({
      code: 'host_key_mismatch',
      offeredFingerprint: host.info.ssh.hostKeyFingerprint,
      sent: false,
    });
    expect(await signInsSeen()).toBe(before);
    target.hostKeyFingerprint = host.info.ssh.hostKeyFingerprint;
    (await connectSsh(target)).close();
    await expect.poll(signInsSeen, { timeout: 30_000 }).toBeGreaterThan(before); // the log does show it when somebody signs in
  });

  test('one of another type than the server would show first is found', async () => {
    const keys = ['ed25519', 'rsa'].map((type) =>
      type === 'rsa'
        ? ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }).private
        : ssh2.utils.generateKeyPairSync('ed25519').private,
    );
    const server = new ssh2.Server({ hostKeys: keys }, (client) => {
      client.on('error', () => client.end());
      client.on('authentication', (attempt) => attempt.accept());
      client.on('ready', () => client.on('session', (_accept, reject) => reject()));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const scanned = await scanHostKeys({ host: '127.0.0.1', port });
    expect(scanned.map((key) => key.type)).toEqual(['ssh-ed25519', 'ssh-rsa']);
    for (const key of scanned) {
      const machine = await connectSsh({ ...target, port, hostKeyFingerprint: key.fingerprint });
      machine.close();
    }
    server.close();
  });
});

describe('a weak or hostile server', () => {
  const listen = async (server: net.Server | ssh2.Server) => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const hostKeys = [ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }).private];

  test.each([
    ['SHA-1 signatures', { serverHostKey: ['ssh-rsa'] }],
    ['SHA-1 key exchange', { kex: ['diffie-hellman-group14-sha1'] }],
    ['CBC', { cipher: ['aes256-cbc'] }],
    ['SHA-1 MACs', { cipher: ['aes256-ctr'], hmac: ['hmac-sha1'] }],
  ] satisfies [string, ssh2.Algorithms][])('that offers only %s is refused', async (_what, algorithms) => {
    let signIns = 0;
    const server = new ssh2.Server({ hostKeys, algorithms }, (client) => {
      client.on('error', () => client.end()).on('authentication', () => signIns++);
    });
    const port = await listen(server);
    await expect(connectSsh({ ...target, port })).rejects.toMatchObject({ code: 'weak_crypto', sent: false });
    expect(signIns).toBe(0);
    server.close();
  });

  test('from whose offer strict key exchange was cut out is refused', async () => {
    const proxy = net.createServer((near) => {
      const far = net.connect(host.info.ssh.port, '127.0.0.1');
      const cut = (chunk: Buffer) =>
        Buffer.from(chunk.toString('latin1').replace('kex-strict-s', 'kex-strict-x'), 'latin1');
      far.on('data', (chunk) => near.write(cut(chunk)));
      near.pipe(far);
      near.on('error', () => far.destroy()).on('close', () => far.destroy());
      far.on('error', () => near.destroy()).on('close', () => near.destroy());
    });
    const before = await signInsSeen();
    const connecting = connectSsh({ ...target, port: await listen(proxy) });
    await expect(connecting).rejects.toMatchObject({ code: 'weak_crypto', sent: false });
    expect(await signInsSeen()).toBe(before);
    proxy.close();
  });

  test('that says nothing is given up at the deadline', async () => {
    const sockets: net.Socket[] = [];
    const server = net.createServer((socket) => sockets.push(socket));
    const port = await listen(server);
    const connecting = connectSsh({ ...target, port }, { timeoutMs: 300 });
    await expect(connecting).rejects.toMatchObject({ code: 'timeout', sent: false });
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test('that hangs up, babbles or is not there is told apart', async () => {
    const hangUp = net.createServer((socket) => socket.end());
    const babble = net.createServer((socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'));
    await expect(connectSsh({ ...target, port: await listen(hangUp) })).rejects.toMatchObject({ code: 'unreachable' });
    await expect(connectSsh({ ...target, port: await listen(babble) })).rejects.toMatchObject({
      code: expect.stringMatching(/^(protocol|unreachable)$/),
    });
    const free = net.createServer();
    const port = await listen(free);
    free.close();
    await expect(connectSsh({ ...target, port })).rejects.toMatchObject({ code: 'refused' });
    await expect(scanHostKeys({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'refused' });
    hangUp.close();
    babble.close();
  });
});

describe('a kept machine', () => {
  test('is connected once for all callers, and again after a loss', async () => {
    let connections = 0;
    let cut: () => void = () => undefined;
    const proxy = net.createServer((near) => {
      const far = net.connect(host.info.ssh.port, '127.0.0.1');
      cut = () => near.destroy();
      near.pipe(far).on('error', () => near.destroy());
      far.pipe(near).on('error', () => far.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const machine = new KeptMachine({
      label: 'kept',
      connect: (signal) => {
        connections += 1;
        return connectSsh({ ...target, port }, { signal });
      },
    });
    const ask = () => machine.runScript(constantScript`echo here`, { timeoutMs: 10_000 });
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map((answer) => answer.stdout)).toEqual(['here\n', 'here\n', 'here\n']);
    expect(connections).toBe(1);

    const lost = new Promise((resolve) => machine.onLoss(resolve));
    const cutOff = machine.runScript(constantScript`sleep 100`, { timeoutMs: 10_000 });
    setTimeout(() => cut(), 100);
    await expect(cutOff).rejects.toMatchObject({ code: 'lost', sent: true });
    expect(await lost).toMatchObject({ code: 'lost' });
    expect((await ask()).stdout).toBe('here\n');
    expect(connections).toBe(2);
    machine.close();
    await expect(ask()).rejects.toMatchObject({ code: 'aborted' });
    proxy.close();
  });

  test('knows how each of many scripts ended that are over at once', async () => {
    const machine = new KeptMachine({ label: 'kept', connect: (signal) => connectSsh(target, { signal }) });
    for (let round = 0; round < 30; round++) {
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => machine.runScript(constantScript`exit 3`, { timeoutMs: 20_000 })),
      );
      expect(answers.map(({ code }) => code)).toEqual([3, 3, 3, 3, 3, 3]);
    }
    machine.close();
  });

  test('answers at once while it pauses after a failure', async () => {
    let attempts = 0;
    const machine = new KeptMachine({
      label: 'down',
      minPauseMs: 60_000,
      connect: (signal) => {
        attempts += 1;
        return connectSsh({ ...target, hostKeyFingerprint: 'SHA256:none' }, { signal });
      },
    });
    const ask = () => machine.readFile('/etc/hostname', { maxBytes: 100 });
    await expect(ask()).rejects.toMatchObject({ code: 'host_key_mismatch' });
    await expect(ask()).rejects.toMatchObject({ code: 'host_key_mismatch' });
    expect(attempts).toBe(1);
    machine.forgetFailure();
    await expect(ask()).rejects.toMatchObject({ code: 'host_key_mismatch' });
    expect(attempts).toBe(2);
    machine.close();
  });
});
