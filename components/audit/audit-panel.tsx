'use client';

import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import type { AuditRecord } from '#server/contract/audit.ts';
import { formatAbsolute } from '../lib/format.ts';
import { useTargetPath } from '../lib/target-path.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { useProjectName } from '../lib/use-project-name.ts';
import { Button } from '../ui/button.tsx';
import { buttonStyle } from '../ui/button-style.ts';
import { CopyId } from '../ui/copy-id.tsx';
import { type Fact, FactList } from '../ui/fact-list.tsx';
import { StateDot } from '../ui/state-dot.tsx';
import { useActorName } from './audit-columns.tsx';
import { objectOf, useAuditText } from './use-audit-text.ts';

export interface AuditPanelProps {
  record: AuditRecord;
  /** Narrows the audit to this person or object. */
  onNarrow: (to: { actor?: string; target?: string }) => void;
}

const Mono = ({ children }: { children: string }) => <span className="break-all font-mono text-12">{children}</span>;

/** A record beside the audit: all that was kept of it. */
export function AuditPanel({ record, onNarrow }: AuditPanelProps) {
  const t = useTranslations('audit');
  const locale = useLocale();
  const textOf = useAuditText();
  const nameOf = useActorName();
  const pathOf = useTargetPath();
  const projectName = useProjectName();
  const problem = useProblemText();
  const { actor, target, projectId, code, ip, tokenId, requestId, detail, chain } = record;
  const path = target && pathOf(target, projectId);
  const fact = (key: Parameters<typeof t>[0], value: Fact['value'] | null): Fact[] =>
    value === null ? [] : [{ label: t(key), value }];
  return (
    <div className="flex flex-col gap-5">
      <div>
        <StateDot tone={record.outcome === 'done' ? 'ok' : 'bad'}>{t(`outcome.${record.outcome}`)}</StateDot>
        <p className="mt-2 text-14">{textOf(record)}</p>
        {code ? <p className="mt-1 text-text-2">{problem({ code, title: code, detail: '', hint: '' }).title}</p> : null}
      </div>
      <div className="flex flex-wrap gap-2">
        {path && target ? (
          <Link href={path} className={buttonStyle('secondary', 'small')}>
            {t('openObject', { name: objectOf(record) })}
          </Link>
        ) : null}
        {target ? (
          <Button size="small" onClick={() => onNarrow({ target: target.id })}>
            {t('narrowObject')}
          </Button>
        ) : null}
        {actor?.id ? (
          <Button size="small" onClick={() => onNarrow({ actor: actor.id ?? '' })}>
            {t('narrowActor', { name: actor.name })}
          </Button>
        ) : null}
      </div>
      <FactList
        facts={[
          ...fact('column.at', <time dateTime={record.at}>{formatAbsolute(record.at, locale)}</time>),
          ...fact('column.who', nameOf(record)),
          ...fact('column.from', ip && <Mono>{ip}</Mono>),
          ...fact('token', tokenId && <CopyId value={tokenId} label={t('token')} />),
          ...fact('column.project', projectId && projectName(projectId)),
          ...fact('action', <Mono>{record.action}</Mono>),
          ...fact('code', code && <Mono>{code}</Mono>),
          ...fact('object', target && <CopyId value={target.id} label={t('object')} />),
          ...Object.entries(detail).map(([label, value]) => ({
            label,
            value: <Mono>{typeof value === 'string' ? value : JSON.stringify(value)}</Mono>,
          })),
          ...fact('request', requestId && <CopyId value={requestId} label={t('request')} />),
          ...fact('place', chain.seq),
          ...fact('hash', <CopyId value={chain.hash} label={t('hash')} />),
        ]}
      />
    </div>
  );
}
