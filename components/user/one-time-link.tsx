'use client';

import { useTranslations } from 'next-intl';
import { useOrigin } from '../lib/use-origin.ts';
import { Button } from '../ui/button.tsx';
import { CodeSnippet } from '../ui/code-snippet.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface OneTimeLinkProps {
  title: string;
  detail: string;
  /** How long and how often it works, and what whoever has it can do. */
  once: string;
  /** Path and fragment of the one-time link. */
  path: string;
  onClose: () => void;
}

/** A one-time link, which nobody can show again. Closes only by its button. */
export function OneTimeLink({ title, detail, once, path, onClose }: OneTimeLinkProps) {
  const t = useTranslations('user.link');
  const origin = useOrigin();
  return (
    <Dialog
      open
      onOpenChange={() => undefined}
      title={title}
      description={detail}
      actions={
        <Button variant="primary" onClick={onClose}>
          {t('done')}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <CodeSnippet code={`${origin}${path}`} label={t('label')} />
        <p className="text-text-2">{once}</p>
      </div>
    </Dialog>
  );
}
