'use client';

import { useEffect, useState } from 'react';

/**
 * Copies text to the clipboard. `copied` is true for two seconds after it worked. On plain http, where browsers offer
 * no clipboard API, an invisible textarea is selected and copied instead.
 */
export function useCopy(): { copied: boolean; copy: (text: string) => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (text: string) => {
    if (navigator.clipboard) {
      navigator.clipboard.writeText(text).then(
        () => setCopied(true),
        () => setCopied(copyBySelection(text)),
      );
    } else setCopied(copyBySelection(text));
  };
  return { copied, copy };
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'fixed opacity-0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
