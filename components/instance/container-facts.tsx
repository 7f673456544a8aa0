'use client';

import { useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';
import { Badge } from '../ui/badge.tsx';
import { Card } from '../ui/card.tsx';
import { FactList } from '../ui/fact-list.tsx';

/** What a container was started with. Values of its environment are write-only, so only names are shown. */
export function ContainerFacts({ instance }: { instance: Instance }) {
  const t = useTranslations('instance.container');
  return (
    <Card title={t('title')}>
      <FactList
        facts={[
          {
            label: t('command'),
            value:
              instance.command.length > 0 ? (
                <code className="font-mono text-12">
                  {instance.command.map((part) => JSON.stringify(part)).join(' ')}
                </code>
              ) : (
                t('commandOfImage')
              ),
          },
          {
            label: t('env'),
            value:
              instance.envNames.length > 0 ? (
                <span className="flex flex-wrap gap-1.5">
                  {instance.envNames.map((name) => (
                    <Badge key={name}>
                      <code className="font-mono">{name}</code>
                    </Badge>
                  ))}
                </span>
              ) : (
                t('none')
              ),
          },
          {
            label: t('restart'),
            value: instance.restartPolicy ? t(`policy.${instance.restartPolicy}`) : '–',
          },
        ]}
      />
    </Card>
  );
}
