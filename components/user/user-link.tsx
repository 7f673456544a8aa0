'use client';

import { useTranslations } from 'next-intl';
import { useOrigin } from '../lib/use-origin.ts';
import { Button } from '../ui/button.tsx';
import { CodeSnippet } from '../ui/code-snippet.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface UserLinkProps {
  user: { name: string; email: string };
  /** Path and fragment of the one-time link. */
  path: string;
  onClose: () => void;
}

/** The one-time link of a new user, which nobody can show again. Closes only by its button. */
export function UserLink({ user, path, onClose }: UserLinkProps) {
  const t = useTranslations('user.link');
  const origin = useOrigin();
  return (
    <Dialog
      open
      onOpenChange={() => undefined}
      title={t('title', { name: user.name })}
      description={t('detail', { email: user.email })}
      actions={
        <Button variant="primary" onClick={onClose}>
          {t('done')}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <CodeSnippet code={`${origin}${path}`} label={t('label')} />
        <p className="text-text-2">{t('once')}</p>
      </div>
    </Dialog>
  );
}
