'use client';

import { type RefObject, useEffect, useSyncExternalStore } from 'react';

function onHash(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The fragment of the address without its `#`; empty while the server renders. */
export const useHash = (): string =>
  useSyncExternalStore(
    onHash,
    () => window.location.hash.slice(1),
    () => '',
  );

/** Whether the address names this element; goes there also when the element comes later than the address. */
export function useIsTarget(id: string, element: RefObject<HTMLElement | null>): boolean {
  const here = useHash() === id;
  useEffect(() => {
    if (here) element.current?.scrollIntoView();
  }, [here, element]);
  return here;
}
