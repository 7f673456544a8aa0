import { parseAsString, parseAsStringLiteral } from 'nuqs/server';

const outcomes = ['done', 'refused'] as const;

/** What of the audit is kept in the address. Days are those of UTC, as everywhere in the audit. */
export const auditListParams = {
  search: parseAsString.withDefault(''),
  outcome: parseAsStringLiteral(outcomes),
  action: parseAsString,
  actor: parseAsString,
  target: parseAsString,
  from: parseAsString,
  to: parseAsString,
};

export interface AuditAsked {
  search: string;
  outcome: (typeof outcomes)[number] | null;
  action: string | null;
  actor: string | null;
  target: string | null;
  /** 2026-11-21 */
  from: string | null;
  to: string | null;
}

const isDay = (day: string | null): day is string => day !== null && /^\d{4}-\d\d-\d\d$/.test(day);

/** The first moment behind a day. */
const dayAfter = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString();

/** What narrows the audit, as the contract wants it. Without what is empty. */
export function auditFilterOf({ search, outcome, action, actor, target, from, to }: AuditAsked) {
  return {
    ...(search !== '' && { search }),
    ...(outcome !== null && { outcome }),
    ...(action !== null && { action }),
    ...(actor !== null && { actor }),
    ...(target !== null && { target }),
    ...(isDay(from) && { from: `${from}T00:00:00Z` }),
    ...(isDay(to) && !Number.isNaN(Date.parse(to)) && { to: dayAfter(to) }),
  };
}

/** The request for a page of the whole audit; page and component build it alike. */
export const auditListInput = (asked: AuditAsked) => ({ limit: 100, ...auditFilterOf(asked) });

/** The same for one project. */
export const projectAuditInput = (project: string, asked: AuditAsked) => ({ project, ...auditListInput(asked) });
