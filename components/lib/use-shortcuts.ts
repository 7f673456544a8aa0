'use client';

import { useEffect, useEffectEvent } from 'react';

/** Keys → what they do. `mod+k` is ⌘K or Ctrl K; `g i` is g, then i within a second. */
export type Shortcuts = Record<string, () => void>;

const sequenceMs = 1_000;

const typesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Listens for shortcuts on the whole page. Single keys are ignored while somebody types or a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const press = useEffectEvent((keys: string): boolean => {
    const act = shortcuts[keys];
    act?.();
    return act !== undefined;
  });
  useEffect(() => {
    let first: { key: string; at: number } | null = null;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const mod = event.metaKey || event.ctrlKey;
      if (!mod && (typesText(event.target) || document.querySelector('[role="dialog"],[role="alertdialog"]'))) return;
      const key = mod ? `mod+${event.key.toLowerCase()}` : event.key;
      const sequence = first && Date.now() - first.at < sequenceMs ? `${first.key} ${key}` : key;
      first = mod || event.key.length > 1 ? null : { key, at: Date.now() };
      if (press(sequence) || (sequence !== key && press(key))) {
        first = null;
        event.preventDefault();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
