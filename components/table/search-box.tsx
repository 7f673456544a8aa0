'use client';

import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useShortcuts } from '../lib/use-shortcuts.ts';
import { inputStyle } from '../ui/text-input.tsx';

export interface SearchBoxProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

const pauseMs = 200;

/** The search of a list: `/` goes there, escape leaves it; asks a moment after the last key. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [typed, setTyped] = useState(value);
  useShortcuts({ '/': () => input.current?.focus() });
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next: string) => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(next), pauseMs);
  };
  return (
    <span className="relative min-w-40 grow sm:w-56 sm:grow-0">
      <Search size={14} aria-hidden className="absolute top-1/2 left-2.5 -translate-y-1/2 text-text-3" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        maxLength={100}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (typed) type('');
          else input.current?.blur();
        }}
        className={`${inputStyle} h-8 pl-8`}
      />
    </span>
  );
}
