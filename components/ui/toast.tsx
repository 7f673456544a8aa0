'use client';

import dynamic from 'next/dynamic';
import { type ReactNode, useEffect, useState } from 'react';

export interface ToastContent {
  tone: 'ok' | 'bad';
  title: string;
  description: string | undefined;
  /** A link or an undo. */
  action: { text: string; press: () => void } | undefined;
}

// No page needs it to be drawn: it is fetched once the page stands.
const ToastRegion = dynamic(() => import('./toast-region.tsx').then((module) => module.ToastRegion), { ssr: false });

const waiting: ToastContent[] = [];
let show = (content: ToastContent): void => {
  waiting.push(content);
};
const listen = (listener: (content: ToastContent) => void): void => {
  show = listener;
  for (const content of waiting.splice(0)) show(content);
};

/** Says that something of one's own was done or failed; only for one's own doings. `action` is a link or an undo. */
export function toast(
  tone: ToastContent['tone'],
  title: string,
  description?: string,
  action?: ToastContent['action'],
): void {
  show({ tone, title, description, action });
}

/** Where toasts appear. Stands once, around the page. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [isUp, setUp] = useState(false);
  useEffect(() => setUp(true), []);
  return (
    <>
      {children}
      {isUp ? <ToastRegion listen={listen} /> : null}
    </>
  );
}
