import { z } from 'zod';

/* What browsers answer for passkeys (WebAuthn Level 3, §5.1 toJSON). Bounded here, judged by the server's library. */

const base64url = (max: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]*$/)
    .max(max);
const credential = {
  id: base64url(2_000),
  rawId: base64url(2_000),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
  clientExtensionResults: z.object({}),
};

/** Answer to a challenge: `navigator.credentials.get`. */
export const passkeyAnswerSchema = z.object({
  ...credential,
  response: z.object({
    authenticatorData: base64url(4_000),
    clientDataJSON: base64url(4_000),
    signature: base64url(8_000),
    userHandle: base64url(200).optional(),
  }),
});
export type PasskeyAnswer = z.output<typeof passkeyAnswerSchema>;

/** A new passkey: `navigator.credentials.create`. */
export const newPasskeySchema = z.object({
  ...credential,
  response: z.object({
    attestationObject: base64url(16_000),
    clientDataJSON: base64url(4_000),
    authenticatorData: base64url(16_000).optional(),
    transports: z.array(z.string().max(20)).max(10).optional(),
    publicKeyAlgorithm: z.number().int().optional(),
    publicKey: base64url(8_000).optional(),
  }),
});
export type NewPasskey = z.output<typeof newPasskeySchema>;

/** Options for the browser's authenticator, as the server's library makes them: nothing secret. */
export const passkeyOptionsSchema = z.record(z.string(), z.unknown());
