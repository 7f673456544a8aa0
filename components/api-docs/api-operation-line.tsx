'use client';

import { clsx as cx } from 'clsx';
import { useTranslations } from 'next-intl';
import { Badge } from '../ui/badge.tsx';
import { CodeSnippet } from '../ui/code-snippet.tsx';
import type { ApiMethod, ApiOperation } from './api-document.ts';
import { curlExample } from './curl-example.ts';
import { Disclosure } from './disclosure.tsx';
import { typeText } from './schema-rows.ts';
import { SchemaTable } from './schema-table.tsx';

const methodTones: Record<ApiMethod, string> = {
  get: 'text-text-2',
  head: 'text-text-2',
  post: 'text-lagoon',
  put: 'text-lagoon',
  patch: 'text-lagoon',
  delete: 'text-bad',
};

/** One operation: its line, and opened all that a caller must know. */
export function ApiOperationLine({ operation, baseUrl }: { operation: ApiOperation; baseUrl: string }) {
  const { method, path, summary, operationId } = operation;
  return (
    <Disclosure
      id={operationId}
      summary={
        <>
          <span className={cx('w-14 shrink-0 font-mono text-12 font-medium uppercase', methodTones[method])}>
            {method}
          </span>
          <span className="min-w-0 font-mono text-12">{path}</span>
          <span className="min-w-0 text-text-2 max-sm:basis-full sm:ml-auto sm:text-right">{summary}</span>
        </>
      }
    >
      {() => <ApiOperationBody operation={operation} baseUrl={baseUrl} />}
    </Disclosure>
  );
}

function ApiOperationBody({ operation, baseUrl }: { operation: ApiOperation; baseUrl: string }) {
  const t = useTranslations('apiDocs');
  const { description, scopes, parameters, requestBody, responses } = operation;
  const places = (['path', 'query', 'header'] as const)
    .map((place) => ({ place, items: parameters.filter((parameter) => parameter.in === place) }))
    .filter(({ items }) => items.length > 0);
  const bodies = Object.entries(requestBody?.content ?? {});
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-text-2">{scopes.length > 0 ? t('needs') : t('needsAny')}</span>
        {scopes.map((scope) => (
          <Badge key={scope}>
            <span className="font-mono">{scope}</span>
          </Badge>
        ))}
        {description ? <span className="basis-full text-12 text-text-3">{description.replaceAll('`', '')}</span> : null}
      </div>
      <CodeSnippet code={curlExample(operation, baseUrl)} label={t('command')} />
      {places.map(({ place, items }) => (
        <section key={place} className="flex flex-col gap-1.5">
          <h3 className="text-12 font-medium text-text-2">{t(`place.${place}`)}</h3>
          <SchemaTable
            schema={{
              type: 'object',
              required: items.filter(({ required }) => required).map(({ name }) => name),
              properties: Object.fromEntries(
                items.map(({ name, schema, description: told }) => [
                  name,
                  { ...schema, description: told ?? schema.description },
                ]),
              ),
            }}
          />
        </section>
      ))}
      {bodies.map(([type, { schema }]) => (
        <section key={type} className="flex flex-col gap-1.5">
          <h3 className="text-12 font-medium text-text-2">{t('body', { type })}</h3>
          {type === 'application/json' && schema ? <SchemaTable schema={schema} /> : <p>{t('bytes')}</p>}
        </section>
      ))}
      <section className="flex flex-col gap-1.5">
        <h3 className="text-12 font-medium text-text-2">{t('answers')}</h3>
        <ul className="divide-y divide-line rounded-control border border-line bg-surface-1">
          {Object.entries(responses).map(([status, { description: told, content }]) => (
            <Answer key={status} status={status} description={told} content={content ?? {}} />
          ))}
        </ul>
      </section>
    </>
  );
}

interface AnswerProps {
  status: string;
  description: string;
  content: NonNullable<ApiOperation['responses'][string]['content']>;
}

function Answer({ status, description, content }: AnswerProps) {
  const t = useTranslations('apiDocs');
  const [type, body] = Object.entries(content)[0] ?? [];
  const isProblem = type === 'application/problem+json';
  return (
    <li className="flex flex-col gap-2 px-3 py-1.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className={cx('tabular w-14 font-mono text-12', isProblem ? 'text-text-3' : 'font-medium')}>
          {status === 'default' ? t('other') : status}
        </span>
        <span className={isProblem ? 'text-text-3' : undefined}>{description}</span>
        {body?.schema ? (
          <span className="font-mono text-12 text-text-3 sm:ml-auto">
            {isProblem ? <a href="#problems">{typeText(body.schema)}</a> : type}
          </span>
        ) : null}
      </div>
      {body?.schema && !isProblem ? <SchemaTable schema={body.schema} /> : null}
    </li>
  );
}
