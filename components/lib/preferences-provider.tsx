'use client';

import { useRouter } from 'next/navigation';
import { createContext, type ReactNode, useContext, useState } from 'react';
import { keepPreferences, type PreferenceChange, type Preferences } from './preferences.ts';

interface Kept {
  preferences: Preferences;
  /** Applies at once and keeps it in a cookie; a new language draws the page again from the server. */
  change: (change: PreferenceChange) => void;
}

const PreferencesContext = createContext<Kept | null>(null);

/** What the person chose for this browser, and how to change it. Throws outside of the provider. */
export function usePreferences(): Kept {
  const kept = useContext(PreferencesContext);
  if (!kept) throw new Error('usePreferences needs PreferencesProvider');
  return kept;
}

/** Theme and density act through attributes of <html>, which the server renders from the same cookies. */
export function PreferencesProvider({ initial, children }: { initial: Preferences; children: ReactNode }) {
  const router = useRouter();
  const [preferences, setPreferences] = useState(initial);
  const change = (next: PreferenceChange) => {
    setPreferences((before) => ({ ...before, ...next }));
    const root = document.documentElement;
    if (next.theme) root.dataset.theme = next.theme;
    if (next.density) root.dataset.density = next.density;
    // A preference that could not be kept still holds on this page; nothing is lost that a person would miss.
    keepPreferences(next).then(
      () => next.locale && router.refresh(),
      (cause: unknown) => console.warn(cause),
    );
  };
  return <PreferencesContext value={{ preferences, change }}>{children}</PreferencesContext>;
}
