'use client';

import { type KeyboardEvent, useState } from 'react';

export interface RowKeys {
  active: number;
  setActive: (index: number) => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

export interface RowKeysOptions {
  count: number;
  /** Brings a row into view and gives it the focus. */
  focusRow: (index: number) => void;
  open?: (index: number) => void;
  peek?: (index: number) => void;
  select?: (index: number) => void;
}

/** One row at a time is in the tab order. Arrows, Home, End move; enter opens, space peeks, x selects. */
export function useRowKeys({ count, focusRow, open, peek, select }: RowKeysOptions): RowKeys {
  const [wanted, setActive] = useState(0);
  const active = Math.max(0, Math.min(wanted, count - 1));
  const go = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(next);
    focusRow(next);
  };
  const moveOf = (key: string): (() => void) | undefined => {
    switch (key) {
      case 'ArrowDown':
      case 'j':
        return () => go(active + 1);
      case 'ArrowUp':
      case 'k':
        return () => go(active - 1);
      case 'PageDown':
        return () => go(active + 10);
      case 'PageUp':
        return () => go(active - 10);
      case 'Home':
        return () => go(0);
      case 'End':
        return () => go(count - 1);
      case 'Enter':
        return open && (() => open(active));
      case ' ':
        return peek && (() => peek(active));
      case 'x':
        return select && (() => select(active));
      default:
        return undefined;
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    // Keys on a link or button inside a row belong to that link or button.
    const onRow = event.target instanceof HTMLTableRowElement;
    if (!onRow || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moveOf(event.key);
    if (!move) return;
    event.preventDefault();
    move();
  };
  return { active, setActive, onKeyDown };
}
