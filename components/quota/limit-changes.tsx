'use client';

import { limitsOf, type QuotaRequest } from '#server/contract/quota-request.ts';
import { useResourceText } from '../project/project-quota.tsx';

/** `vCPU 100`, `Memory 64 GiB`: limits that are asked for or were granted. */
export function LimitChanges({ limits, before }: { limits: QuotaRequest['limits']; before?: QuotaRequest['before'] }) {
  const text = useResourceText();
  return (
    <ul className="flex flex-col gap-0.5">
      {limitsOf(limits).map(([resource, limit]) => {
        const was = before?.[resource];
        return (
          <li key={resource} className="tabular">
            <span className="text-text-2">{text.name(resource)}</span>{' '}
            {was === undefined ? '' : `${text.format[resource](was)} → `}
            {text.format[resource](limit)}
          </li>
        );
      })}
    </ul>
  );
}
