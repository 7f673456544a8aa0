'use client';

import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/browser';

type Options<K extends 'startAuthentication' | 'startRegistration'> = Parameters<
  typeof import('@simplewebauthn/browser')[K]
>[0]['optionsJSON'];

/** What people and browsers say when nothing came of it: closed, timed out, not allowed. No failure to tell of. */
const givenUp = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'AbortError');

/** Asks the device for the answer of a passkey; null when the person gave it up. The server made the options. */
export async function askPasskey(options: unknown): Promise<AuthenticationResponseJSON | null> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  return startAuthentication({ optionsJSON: options as Options<'startAuthentication'> }).catch(nullIfGivenUp);
}

/** Lets the device make a passkey; null when the person gave it up. */
export async function makePasskey(options: unknown): Promise<RegistrationResponseJSON | null> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  return startRegistration({ optionsJSON: options as Options<'startRegistration'> }).catch(nullIfGivenUp);
}

function nullIfGivenUp(error: unknown): null {
  if (givenUp(error)) return null;
  throw error;
}
