'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => undefined;

/** `https://atoll.example`, where this page came from; empty while the server renders. */
export const useOrigin = (): string =>
  useSyncExternalStore(
    never,
    () => window.location.origin,
    () => '',
  );
