import { useSyncExternalStore } from 'react';

/*
 * Requests that the server wants a proof for wait here until the one dialog of the page has it, and are repeated then. Kept outside
 * of React, since links of the tRPC client ask.
 */
let waiting: ((proved: boolean) => void)[] = [];
const listeners = new Set<() => void>();

const tell = (): void => {
  for (const listener of listeners) listener();
};

/** Asks the person to prove who they are; answers whether they did. Without a dialog on the page nobody can. */
export function askForProof(): Promise<boolean> {
  if (listeners.size === 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    waiting.push(resolve);
    tell();
  });
}

/** Lets everything that waits go on, or fail. */
export function settleProof(proved: boolean): void {
  const settled = waiting;
  waiting = [];
  for (const settle of settled) settle(proved);
  tell();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Whether a proof is asked for now. */
export const useProofAsked = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => waiting.length > 0,
    () => false,
  );
