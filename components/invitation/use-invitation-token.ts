'use client';

import { useFragmentToken } from '../auth/use-fragment-token.ts';

/** While somebody signs in, the token waits in the tab's own storage: that is in no address and goes with the tab. */
const place = 'atoll.invitation';

export const keepInvitation = (token: string): void => window.sessionStorage.setItem(place, token);
export const forgetInvitation = (): void => window.sessionStorage.removeItem(place);

/** The token of the invitation that was opened; null at first. */
export function useInvitationToken(): string | null {
  const token = useFragmentToken();
  return token === '' ? (window.sessionStorage.getItem(place) ?? '') : token;
}
