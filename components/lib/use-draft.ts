'use client';

import { useEffect, useEffectEvent, useRef } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';

const saveMs = 400;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * Keeps what was typed into a form in this tab's session storage, under `key`, until `clear` is called: from then on
 * nothing is kept any more, also not what was typed just before. Fields named in `never` are left out: secrets, and
 * what the page's address already says.
 */
export function useDraft<V extends FieldValues, O>(
  form: UseFormReturn<V, unknown, O>,
  key: string,
  never: readonly (keyof V & string)[] = [],
): { clear: () => void } {
  const name = `atoll-draft:${key}`;
  const isCleared = useRef(false);
  const restore = useEffectEvent(() => {
    const kept = sessionStorage.getItem(name);
    if (!kept) return;
    const draft: unknown = JSON.parse(kept);
    if (!isRecord(draft)) return;
    const open = Object.entries(draft).filter(([field]) => !never.includes(field));
    form.reset({ ...form.getValues(), ...Object.fromEntries(open) }, { keepDefaultValues: true });
  });
  const save = useEffectEvent((values: V) => {
    if (isCleared.current) return;
    const open = Object.entries(values).filter(([field]) => !never.includes(field));
    sessionStorage.setItem(name, JSON.stringify(Object.fromEntries(open)));
  });
  const { subscribe } = form;
  useEffect(() => {
    restore();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = subscribe({
      formState: { values: true },
      callback: ({ values }) => {
        clearTimeout(timer);
        timer = setTimeout(() => save(values), saveMs);
      },
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [subscribe]);
  return {
    clear: () => {
      isCleared.current = true;
      sessionStorage.removeItem(name);
    },
  };
}
