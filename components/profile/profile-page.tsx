'use client';

import { useTranslations } from 'next-intl';
import { useMe } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { Card } from '../ui/card.tsx';
import { FactList } from '../ui/fact-list.tsx';
import { LinkedCard } from './linked-card.tsx';
import { PasskeysCard } from './passkeys-card.tsx';
import { PasswordCard } from './password-card.tsx';
import { SessionsCard } from './sessions-card.tsx';
import { TotpCard } from './totp-card.tsx';

/** Who one is, one's password, one's sessions. */
export function ProfilePage() {
  const t = useTranslations('profile');
  const { user, projects, atoll } = useMe();
  return (
    <>
      <PageHeader title={t('title')} />
      <div className="flex max-w-2xl flex-col gap-4">
        <Card title={user.name}>
          <FactList
            facts={[
              { label: t('email'), value: user.email },
              { label: t('role'), value: t(`roles.${user.role}`) },
              {
                label: t('projects'),
                value:
                  projects.map(({ name, role }) => (role ? t('projectAs', { name, role }) : name)).join(' · ') || '–',
              },
              { label: t('version'), value: <span className="tabular">{atoll.version}</span> },
            ]}
          />
        </Card>
        <PasswordCard />
        <TotpCard />
        <PasskeysCard />
        <LinkedCard />
        <SessionsCard />
      </div>
    </>
  );
}
