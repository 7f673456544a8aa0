import { generateAuthenticationOptions, verifyAuthenticationResponse } from '@simplewebauthn/server';
import { AtollError } from '#server/contract/errors.ts';
import type { PasskeyAnswer } from '#server/contract/webauthn.ts';
import { inTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { countPasskeyUse, findPasskey, listPasskeys, type PasskeyRow } from '#server/db/passkey-store.ts';
import type { ServiceContext } from '../service-context.ts';
import { type RelyingParty, relyingParty } from './relying-party.ts';

/** The relying party of this Atoll. Throws `state_conflict` where its address allows no passkeys. */
export function requireRelyingParty(ctx: ServiceContext): RelyingParty {
  const party = relyingParty(ctx.app.origin);
  if (party) return party;
  throw new AtollError('state_conflict', 'Passkeys need a name and https; this Atoll is at an address without.', {
    hint: 'Give Atoll an https address with a name (ATOLL_ORIGIN).',
  });
}

/** A challenge for a passkey: any that the device holds for us, or one of a user's. */
export async function newChallenge(ctx: ServiceContext, of: { userId: string } | null) {
  const { id } = requireRelyingParty(ctx);
  const passkeys = of ? await listPasskeys(ctx.app.db, of) : [];
  return generateAuthenticationOptions({
    rpID: id,
    // Without a password the device must know its owner; beside one it is enough to have it.
    userVerification: of ? 'preferred' : 'required',
    ...(of && {
      allowCredentials: passkeys.map(({ credentialId, transports }) => ({
        id: Buffer.from(credentialId).toString('base64url'),
        transports,
      })),
    }),
  });
}

const failed = (cause?: unknown): AtollError =>
  new AtollError('second_factor_failed', 'This passkey was not accepted.', { cause });

/**
 * Checks the answer to a challenge and notes the use of the passkey. A counter that does not grow means that there is a copy of it: the
 * use is refused, and its owner and the admins are told by an event.
 * Throws `second_factor_failed`.
 */
export async function checkPasskey(
  ctx: ServiceContext,
  answer: PasskeyAnswer,
  expected: { challenge: string; userId: string | null },
): Promise<PasskeyRow> {
  const party = requireRelyingParty(ctx);
  const passkey = await findPasskey(ctx.app.db, Buffer.from(answer.id, 'base64url'));
  if (!passkey || (expected.userId !== null && passkey.userId !== expected.userId)) throw failed();
  const { response, ...rest } = answer;
  const { userHandle, authenticatorAttachment, ...credential } = { ...rest, userHandle: response.userHandle };
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: {
      ...credential,
      ...(authenticatorAttachment && { authenticatorAttachment }),
      response: {
        authenticatorData: response.authenticatorData,
        clientDataJSON: response.clientDataJSON,
        signature: response.signature,
        ...(userHandle !== undefined && { userHandle }),
      },
    },
    expectedChallenge: expected.challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: expected.userId === null,
    // Counters are judged below, by the row as it is then: the library would throw away what it says of a copy.
    credential: {
      id: answer.id,
      publicKey: new Uint8Array(passkey.publicKey),
      counter: 0,
      transports: passkey.transports,
    },
  }).catch((error: unknown) => {
    throw failed(error);
  });
  if (!verified) throw failed();
  const counter = authenticationInfo.newCounter;
  const good = await inTx(ctx.app.db, async (tx) => {
    if (await countPasskeyUse(tx, { id: passkey.id, counter })) return true;
    await appendEvent(tx, {
      projectId: null,
      type: 'user.passkey-cloned',
      target: { type: 'user', id: passkey.userId, name: passkey.name },
      severity: 'error',
      message: `The passkey "${passkey.name}" was used by a copy of it: its counter went back.`,
      params: { name: passkey.name },
    });
    return false;
  });
  if (!good) throw failed();
  return passkey;
}
