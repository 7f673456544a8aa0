'use client';

import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import type { Operation } from '#server/contract/operation.ts';
import { formatAbsolute } from '../lib/format.ts';
import { useTargetPath } from '../lib/target-path.ts';
import { useProjectName } from '../lib/use-project-name.ts';
import { CopyId } from '../ui/copy-id.tsx';
import { FactList } from '../ui/fact-list.tsx';
import { Elapsed } from './elapsed.tsx';

/** On what (unless the page says it already), by whom, when, how long. */
export function OperationFacts({ operation, object = true }: { operation: Operation; object?: boolean }) {
  const t = useTranslations('operations');
  const locale = useLocale();
  const pathOf = useTargetPath();
  const projectName = useProjectName();
  const { target, projectId, createdBy, createdAt, startedAt, endedAt, id } = operation;
  const path = pathOf(target, projectId);
  const time = (at: string) => <time dateTime={at}>{formatAbsolute(at, locale)}</time>;
  return (
    <FactList
      facts={[
        ...(object ? [{ label: t('fact.object'), value: <ObjectLink name={target.name} path={path} /> }] : []),
        ...(projectId === null ? [] : [{ label: t('fact.project'), value: projectName(projectId) }]),
        { label: t('fact.by'), value: createdBy?.name ?? t('byAtoll') },
        { label: t('fact.asked'), value: time(createdAt) },
        { label: t('fact.begun'), value: startedAt ? time(startedAt) : '–' },
        { label: t('fact.ended'), value: endedAt ? time(endedAt) : '–' },
        { label: t('fact.took'), value: <Elapsed from={startedAt} to={endedAt} /> },
        { label: t('fact.id'), value: <CopyId value={id} label={t('fact.id')} /> },
      ]}
    />
  );
}

const ObjectLink = ({ name, path }: { name: string; path: string | null }) =>
  path ? (
    <Link href={path} className="text-lagoon underline">
      {name}
    </Link>
  ) : (
    name
  );
