import { AtollError } from '#server/contract/errors.ts';
import { deleteSshKey, insertSshKey, listSshKeys, type SshKeyRow } from '#server/db/ssh-key-store.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { sshKeyFingerprint } from './ssh-key-fingerprint.ts';

const view = (row: SshKeyRow) => ({
  id: row.id,
  name: row.name,
  publicKey: row.publicKey,
  fingerprint: row.fingerprint,
  createdAt: row.createdAt.toISOString(),
});

/** The SSH keys that the actor keeps for new VMs. */
export async function listOwnSshKeys(ctx: ActorContext) {
  const rows = await listSshKeys(ctx.app.db, { userId: ctx.actor.userId });
  return { items: rows.map(view), nextCursor: null };
}

/** Keeps a public key. Throws `conflict` when the actor has it already, `validation_failed` when it is not what it says. */
export async function createOwnSshKey(ctx: ActorContext, input: { name: string; publicKey: string }) {
  requireInnerType(input.publicKey);
  const key = { userId: ctx.actor.userId, ...input, fingerprint: sshKeyFingerprint(input.publicKey) };
  const what = { action: 'sshKey.create', detail: { fingerprint: key.fingerprint } };
  return change(ctx, what, async (tx) => view(await insertSshKey(tx, key)));
}

/** Forgets a key; VMs that were made with it keep it. Throws `not_found`. */
export async function deleteOwnSshKey(ctx: ActorContext, input: { sshKey: string }): Promise<null> {
  const what = { action: 'sshKey.delete', target: { type: 'ssh-key', id: input.sshKey } };
  return change(ctx, what, async (tx) => {
    await deleteSshKey(tx, { userId: ctx.actor.userId, id: input.sshKey });
    return null;
  });
}

/** RFC 4253 §6.6: the bytes of a key begin with its type as a string; it must be the one before the base64. */
function requireInnerType(publicKey: string): void {
  const [type, base64] = publicKey.split(' ', 2);
  const blob = Buffer.from(base64 ?? '', 'base64');
  const inner = blob.length > 4 ? blob.subarray(4, 4 + Math.min(blob.readUInt32BE(0), 64)).toString('latin1') : '';
  if (inner === type) return;
  const message = 'This is not a whole public key; copy the line again.';
  throw new AtollError('validation_failed', message, { fields: [{ pointer: '/publicKey', code: 'invalid', message }] });
}
