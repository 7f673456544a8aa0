import { Secret as Seed, TOTP } from 'otpauth';
import { Secret } from '#server/platform/secret.ts';

/** 160 bits, as RFC 4226 §4 recommends. */
const seedBytes = 20;
/** RFC 6238 §4.1 and what every app takes: six digits, 30 s, SHA-1. */
const form = { issuer: 'Atoll', algorithm: 'SHA1', digits: 6, period: 30 } as const;

/** A fresh seed in base32, for an authenticator app. */
export const newSeed = (): Secret<string> => new Secret(new Seed({ size: seedBytes }).base32);

const totpOf = (seed: Secret<string>, label: string): TOTP =>
  new TOTP({ ...form, label, secret: Seed.fromBase32(seed.reveal()) });

/** The address that apps read from a QR code (otpauth:), named after whose it is. */
export const seedUri = (seed: Secret<string>, email: string): string => totpOf(seed, email).toString();

/**
 * The time step that a code belongs to, or null when it is wrong. One step before and after now is taken, for clocks that differ and
 * people who type slowly (RFC 6238 §5.2).
 */
export function stepOf(seed: Secret<string>, code: string, nowSeconds: number): number | null {
  const delta = totpOf(seed, 'x').validate({ token: code, timestamp: nowSeconds * 1000, window: 1 });
  return delta === null ? null : Math.floor(nowSeconds / form.period) + delta;
}
