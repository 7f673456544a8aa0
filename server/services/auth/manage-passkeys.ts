import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server';
import { AtollError } from '#server/contract/errors.ts';
import type { NewPasskey } from '#server/contract/webauthn.ts';
import { deletePasskey, insertPasskey, listPasskeys, renamePasskey } from '#server/db/passkey-store.ts';
import { finishPending } from '#server/db/pending-sign-in-store.ts';
import { countRecoveryCodes, findTotp, putRecoveryCodes } from '#server/db/totp-store.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { lastFactor } from './manage-totp.ts';
import { requireRelyingParty } from './passkey-challenge.ts';
import { beginPending, type NewPending, takePending, textOf } from './pending.ts';
import { issueRecoveryCodes } from './recovery-codes.ts';
import { mustHaveSecondFactor } from './second-factor-state.ts';

/** A drawer full of keys is enough. */
const maxPasskeys = 20;

const about = (verb: string, { actor }: ActorContext, detail?: Record<string, unknown>) => ({
  action: `passkey.${verb}`,
  target: { type: 'user', id: actor.userId },
  ...(detail && { detail }),
});

/** What the browser needs to make a passkey. Throws `state_conflict` where none is possible, `conflict` for too many. */
export async function beginPasskey(
  ctx: ActorContext,
): Promise<{ options: Record<string, unknown>; pending: NewPending }> {
  const party = requireRelyingParty(ctx);
  const { userId, email, name } = ctx.actor;
  const known = await listPasskeys(ctx.app.db, { userId });
  if (known.length >= maxPasskeys)
    throw new AtollError('conflict', `You have ${maxPasskeys} passkeys already.`, { hint: 'Remove one first.' });
  const options = await generateRegistrationOptions({
    rpName: 'Atoll',
    rpID: party.id,
    userName: email,
    userDisplayName: name,
    userID: new TextEncoder().encode(userId),
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId }) => ({ id: Buffer.from(credentialId).toString('base64url') })),
    // Discoverable, so that it signs in without a name being typed.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  return change(ctx, about('begin', ctx), async (tx) => {
    const data = { challenge: options.challenge };
    return { options: { ...options }, pending: await beginPending(tx, { purpose: 'passkey-register', userId, data }) };
  });
}

/**
 * Keeps the passkey that the browser made. Answers recovery codes with the first one, for the day when the device is lost.
 * Throws `sign_in_expired`, `second_factor_failed`, `conflict`.
 */
export async function createPasskey(
  ctx: ActorContext,
  input: { name: string; created: NewPasskey },
): Promise<{ recoveryCodes: string[] | null }> {
  const party = requireRelyingParty(ctx);
  const { userId } = ctx.actor;
  const pending = await takePending(ctx, ['passkey-register']);
  if (pending.userId !== userId) throw new AtollError('sign_in_expired');
  const { response, authenticatorAttachment, ...credential } = input.created;
  const { attestationObject, clientDataJSON, transports } = response;
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: {
      ...credential,
      ...(authenticatorAttachment && { authenticatorAttachment }),
      response: { attestationObject, clientDataJSON, ...(transports && { transports }) },
    },
    expectedChallenge: textOf(pending, 'challenge'),
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
  }).catch((cause: unknown) => {
    throw new AtollError('second_factor_failed', 'This passkey was not accepted.', { cause });
  });
  if (!verified || !registrationInfo) throw new AtollError('second_factor_failed', 'This passkey was not accepted.');
  const { id, publicKey, counter } = registrationInfo.credential;
  return change(ctx, about('create', ctx, { name: input.name }), async (tx) => {
    if (!(await finishPending(tx, pending))) throw new AtollError('sign_in_expired');
    await insertPasskey(tx, {
      userId,
      credentialId: Buffer.from(id, 'base64url'),
      publicKey,
      counter,
      transports: transports ?? [],
      name: input.name,
    });
    const hasCodes = (await countRecoveryCodes(tx, { userId })) > 0;
    return { recoveryCodes: hasCodes ? null : await issueRecoveryCodes(tx, userId) };
  });
}

/** Throws `not_found`. */
export async function renameOwnPasskey(ctx: ActorContext, input: { passkey: string; name: string }): Promise<null> {
  return change(ctx, about('rename', ctx, { passkey: input.passkey, name: input.name }), async (tx) => {
    await renamePasskey(tx, { id: input.passkey, userId: ctx.actor.userId }, input.name);
    return null;
  });
}

/** Throws `not_found`, or `state_conflict` when it is the last second factor of who must have one. */
export async function deleteOwnPasskey(ctx: ActorContext, input: { passkey: string }): Promise<null> {
  const { userId, role } = ctx.actor;
  return change(ctx, about('delete', ctx, { passkey: input.passkey }), async (tx) => {
    await deletePasskey(tx, { id: input.passkey, userId });
    const left = await listPasskeys(tx, { userId });
    const totp = await findTotp(tx, { userId });
    if (left.length > 0 || totp?.confirmedAt) return null;
    if (await mustHaveSecondFactor(tx, role)) throw lastFactor();
    await putRecoveryCodes(tx, { userId, hashes: [] });
    return null;
  });
}
