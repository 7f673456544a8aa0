import { expect, it } from 'vitest';
import type { HostRow } from '#server/db/host-store.ts';
import { secret } from '#server/platform/secret.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import type { Machine } from '#server/transport/machine.ts';
import { askIdentity, connectKnown, identityOf, requireIdentity } from './machine-identity.ts';
import { openHost } from './open-host.ts';
import { isOtherMachine, quarantineFor } from './quarantine.ts';
import { transportFailure } from './transport-failure.ts';

const { signal } = new AbortController();
const id = 'a'.repeat(32);
const known = { name: 'h1', machineId: identityOf('machine', id), fingerprint: 'SHA256:ssh' };

/** A machine whose /etc/machine-id says something. */
function machineSaying(stdout: string): Machine & { closed: boolean } {
  const machine = {
    closed: false,
    runScript: async () => ({ stdout, stderr: '', code: 0 }),
    close() {
      machine.closed = true;
    },
  };
  return machine as unknown as Machine & { closed: boolean };
}

it('a connection stands with the known machine, and is hung up on with another', async () => {
  const right = machineSaying(`${id}\n`);
  expect(
    await connectKnown(
      async () => known,
      async () => right,
      signal,
    ),
  ).toBe(right);
  const wrong = machineSaying(`${'b'.repeat(32)}\n`);
  const connecting = connectKnown(
    async () => known,
    async () => wrong,
    signal,
  );
  await expect(connecting).rejects.toMatchObject({ code: 'machine_mismatch', offeredFingerprint: 'SHA256:ssh' });
  expect([right.closed, wrong.closed]).toEqual([false, true]);
});

it('what is not known yet, or not said, proves nothing', async () => {
  for (const said of ['', 'uninitialized\n', 'a'.repeat(31)])
    expect(await askIdentity(machineSaying(said), signal), said).toBeNull();
  requireIdentity(known, null);
  requireIdentity({ ...known, machineId: null }, identityOf('machine', 'b'));
  // An id of an engine, as versions before wrote it.
  requireIdentity({ ...known, machineId: '4c4c4544-0042-3510-8054-b2c04f564432' }, identityOf('machine', 'b'));
});

it('the id itself is not kept, and what is kept can be confirmed like a fingerprint', () => {
  expect(known.machineId).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  expect(known.machineId).not.toContain(id);
  expect(identityOf('docker', id)).not.toBe(known.machineId);
});

it('another machine in the place of this one is refused to its drivers, and goes into quarantine with the reason', async () => {
  const host = { id: 'x', name: 'here', connectionType: 'local', libvirtSocket: null, dockerSocket: null } as HostRow;
  const mine = await askIdentity(new LocalMachine(), signal);
  let machineId = identityOf('machine', 'b'.repeat(32));
  const parts = {
    sshKey: secret('none'),
    openSecret: async () => null,
    known: async () => ({ name: 'here', machineId, fingerprint: null }),
  };
  const opened = await openHost(parts, host);
  const asking = () => opened.machine!.readFile('/proc/version', { maxBytes: 1000 });
  const error = transportFailure(await asking().catch((thrown: unknown) => thrown));
  if (mine === null) return; // This machine has no id, so it is nobody else.
  expect(error).toMatchObject({ code: 'host_key_mismatch', outcome: 'not_done', retryable: false });
  expect(isOtherMachine(error)).toBe(true);
  expect(quarantineFor(error)).toEqual({
    state: 'quarantined',
    stateReason: 'It is another machine than the one that was confirmed, although its key is the same.',
    offeredFingerprint: mine,
  });
  // Confirmed: the next connection stands.
  machineId = mine;
  await expect.poll(() => asking().then(String, () => ''), { timeout: 30_000 }).toContain('Linux');
  opened.machine!.close();
});
