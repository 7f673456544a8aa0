'use client';

import { useTranslations } from 'next-intl';
import type { JsonSchema } from './api-document.ts';
import { type SchemaRow, schemaRows, typeText } from './schema-rows.ts';

/** The fields of a schema, one per line, inner ones moved in. */
export function SchemaTable({ schema }: { schema: JsonSchema }) {
  const rows = schemaRows(schema);
  if (rows.length === 0) return <TypeName type={typeText(schema)} target={refOf(schema)} />;
  return (
    <ul className="divide-y divide-line rounded-control border border-line bg-surface-1">
      {rows.map((row) => (
        <Row key={row.key} row={row} />
      ))}
    </ul>
  );
}

const refOf = ({ $ref, items }: JsonSchema): string | null => ($ref ?? items?.$ref)?.split('/').at(-1) ?? null;

function TypeName({ type, target }: { type: string; target: string | null }) {
  return target ? (
    <a href={`#schema-${target}`} className="font-mono text-12 text-lagoon underline">
      {type}
    </a>
  ) : (
    <span className="font-mono text-12 text-text-2">{type}</span>
  );
}

function Row({ row }: { row: SchemaRow }) {
  const t = useTranslations('apiDocs');
  return (
    <li className="px-3 py-1.5" style={{ paddingLeft: 12 + row.depth * 16 }}>
      <div className="flex flex-wrap items-baseline gap-x-3">
        {row.name ? <span className="font-medium font-mono text-12">{row.name}</span> : null}
        {row.name ? null : <span className="text-12 text-text-3">{t('shape')}</span>}
        <TypeName type={row.type} target={row.ref} />
        {row.limits ? <span className="tabular font-mono text-12 text-text-3">{row.limits}</span> : null}
        {row.required ? <span className="text-12 text-text-2">{t('required')}</span> : null}
        {row.fallback ? (
          <span className="font-mono text-12 text-text-3">{t('fallback', { value: row.fallback })}</span>
        ) : null}
      </div>
      {row.description ? <p className="text-12 text-text-2">{row.description}</p> : null}
    </li>
  );
}
