'use client';

import { useQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryState } from 'nuqs';
import { useMemo } from 'react';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { parseProblem, problemOf, RestError } from '../lib/problem.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { SearchBox } from '../table/search-box.tsx';
import { Button } from '../ui/button.tsx';
import { buttonStyle } from '../ui/button-style.ts';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { ApiBasics } from './api-basics.tsx';
import { apiDocumentSchema, matches, operationsByResource } from './api-document.ts';
import { ApiOperationLine } from './api-operation-line.tsx';
import { ApiProblems } from './api-problems.tsx';
import { Disclosure } from './disclosure.tsx';
import { SchemaTable } from './schema-table.tsx';

const address = '/api/v1/openapi.json';

async function readDocument() {
  const response = await fetch(address);
  const body: unknown = await response.json().catch(() => null); // a proxy's page of its own
  if (!response.ok) throw new RestError(parseProblem(body) ?? problemOf(new Error(`HTTP ${response.status}`)));
  return apiDocumentSchema.parse(body);
}

/** The REST API of this very server, drawn from its OpenAPI document: searchable, with commands to copy. */
export function ApiDocs() {
  const t = useTranslations('apiDocs');
  const [asked, ask] = useQueryState('q', { defaultValue: '', history: 'replace' });
  const search = asked.trim();
  const { data, error } = useQuery({ queryKey: ['openapi'], queryFn: readDocument, staleTime: Infinity });
  const resources = useMemo(() => (data ? [...operationsByResource(data)] : []), [data]);
  const shown = resources
    .map(([name, operations]) => ({ name, operations: operations.filter((each) => matches(each, search)) }))
    .filter(({ operations }) => operations.length > 0);
  const baseUrl = data?.servers[0]?.url ?? '';
  const schemas = Object.entries(data?.components.schemas ?? {}).filter(([name]) =>
    name.toLowerCase().includes(search.toLowerCase()),
  );
  return (
    <>
      <PageHeader
        title={t('title')}
        detail={t('detail')}
        actions={
          <>
            <SearchBox label={t('search')} value={asked} onChange={(next) => void ask(next || null)} />
            <a href={address} className={buttonStyle()}>
              {t('document')}
            </a>
          </>
        }
      />
      <ProblemNotice error={error} what={t('failed')} />
      {data || error ? null : <SkeletonRows rows={10} />}
      {data ? (
        <div className="grid items-start gap-6 lg:grid-cols-[160px_minmax(0,1fr)]">
          <nav aria-label={t('contents')} className="sticky top-16 max-lg:hidden">
            <ul className="flex flex-col gap-0.5 border-line border-l">
              {[
                ...(search ? [] : [{ id: 'basics', text: t('basics') }]),
                ...shown.map(({ name }) => ({ id: `resource-${name}`, text: name })),
                ...(schemas.length > 0 ? [{ id: 'schemas', text: t('schemas') }] : []),
                { id: 'problems', text: t('problems') },
              ].map(({ id, text }) => (
                <li key={id}>
                  <a href={`#${id}`} className="flex min-h-7 items-center px-3 text-text-2 hover:text-lagoon">
                    {text}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div className="flex min-w-0 flex-col gap-4">
            {search ? null : <ApiBasics baseUrl={baseUrl} />}
            {search && shown.length === 0 ? (
              <EmptyState
                icon={SearchX}
                title={t('noMatch')}
                action={<Button onClick={() => void ask(null)}>{t('clear')}</Button>}
              />
            ) : null}
            {shown.map(({ name, operations }) => (
              <div key={name} id={`resource-${name}`}>
                <Card title={name} padded={false}>
                  {operations.map((operation) => (
                    <ApiOperationLine key={operation.operationId} operation={operation} baseUrl={baseUrl} />
                  ))}
                </Card>
              </div>
            ))}
            {schemas.length > 0 ? (
              <div id="schemas">
                <Card title={t('schemas')} padded={false}>
                  {schemas.map(([name, schema]) => (
                    <Disclosure
                      key={name}
                      id={`schema-${name}`}
                      summary={<span className="font-mono text-12">{name}</span>}
                    >
                      {() => <SchemaTable schema={schema} />}
                    </Disclosure>
                  ))}
                </Card>
              </div>
            ) : null}
            <ApiProblems search={search} />
          </div>
        </div>
      ) : null}
    </>
  );
}
