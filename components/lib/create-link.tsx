'use client';

import { Plus } from 'lucide-react';
import Link from 'next/link';
import { Button } from '../ui/button.tsx';
import { buttonStyle } from '../ui/button-style.ts';

export interface CreateLinkProps {
  href: string;
  text: string;
  /** Why nothing can be made now; null when it can. */
  reason: string | null;
}

/** The way to a page that makes something; where that is not possible it stays in sight and says why. */
export function CreateLink({ href, text, reason }: CreateLinkProps) {
  const inside = (
    <>
      <Plus size={16} aria-hidden />
      {text}
    </>
  );
  if (reason) {
    return (
      <Button variant="primary" reason={reason}>
        {inside}
      </Button>
    );
  }
  return (
    <Link href={href} className={buttonStyle('primary')}>
      {inside}
    </Link>
  );
}
