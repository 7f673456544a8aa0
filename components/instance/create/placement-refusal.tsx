'use client';

import { useTranslations } from 'next-intl';
import type { PlacementAnswer, PlacementFix } from '#server/contract/placement.ts';
import { useMayInSystem } from '../../lib/use-me.ts';
import { useSaid } from '../../lib/use-said.ts';
import { useResourceText } from '../../project/project-quota.tsx';
import { Button } from '../../ui/button.tsx';

export interface PlacementRefusalProps {
  answer: PlacementAnswer;
  onFix: (fix: PlacementFix) => void;
}

/** So many hosts are read at a glance; the counts per rule tell of all. */
const shownHosts = 8;

/** Why no host takes it: host × rule for who reads hosts, else how many each rule refuses; and buttons for what would help. */
export function PlacementRefusal({ answer, onFix }: PlacementRefusalProps) {
  const t = useTranslations('placement');
  const said = useSaid();
  const fixText = useFixText();
  const mayChangeHosts = useMayInSystem('host:write');
  const hosts = [...Map.groupBy(answer.reasons, ({ host }) => host.id)];
  const onlyAdmins = (type: PlacementFix['type']): boolean => type === 'uncordon' || type === 'endMaintenance';
  if (answer.hosts.fitting > 0 && answer.fixes.length === 0) return null;
  return (
    <div className="flex flex-col gap-3">
      {answer.hosts.fitting > 0 ? null : hosts.length > 0 ? (
        <table className="w-full text-12">
          <caption className="sr-only">{t('caption')}</caption>
          <thead>
            <tr className="border-line border-b text-left text-text-3">
              <th className="py-1 pr-3 font-normal">{t('host')}</th>
              <th className="py-1 font-normal">{t('why')}</th>
            </tr>
          </thead>
          <tbody>
            {hosts.slice(0, shownHosts).map(([id, reasons]) => (
              <tr key={id} className="border-line border-b align-top last:border-0">
                <th scope="row" className="py-1 pr-3 text-left font-medium">
                  {reasons[0]?.host.name}
                </th>
                <td className="py-1 text-text-2">
                  {reasons.map(({ filter, message }) => (
                    <span key={filter} className="block">
                      {said(message)}
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <ul className="flex flex-col gap-0.5 pl-5 text-12 text-text-2">
          {answer.rules.map(({ filter, hosts: count }) => (
            <li key={filter}>{t('ruleCount', { rule: t(`rule.${filter}`), count })}</li>
          ))}
        </ul>
      )}
      {hosts.length > shownHosts ? (
        <p className="text-12 text-text-3">{t('moreHosts', { count: hosts.length - shownHosts })}</p>
      ) : null}
      {answer.fixes.length > 0 ? (
        <div>
          <p className="mb-1.5 text-12 text-text-2">{t('whatHelps')}</p>
          <div className="flex flex-wrap gap-2">
            {answer.fixes.map((fix) => (
              <Button
                key={JSON.stringify(fix)}
                size="small"
                onClick={() => onFix(fix)}
                reason={onlyAdmins(fix.type) && !mayChangeHosts ? t('adminsOnly') : null}
              >
                {fixText(fix)}
              </Button>
            ))}
          </div>
        </div>
      ) : null}
    </div>
  );
}

function useFixText(): (fix: PlacementFix) => string {
  const t = useTranslations('placement.fix');
  const text = useResourceText();
  return (fix) => {
    switch (fix.type) {
      case 'setSize':
        return t('setSize', {
          resource: text.name(fix.resource),
          value: text.format[fix.resource](fix.value),
          hosts: fix.hosts,
        });
      case 'setFlavor':
        return t('setFlavor', { name: fix.flavor.name, hosts: fix.hosts });
      case 'setPool':
        return t('setPool', { name: fix.pool?.name ?? t('anyPool'), hosts: fix.hosts });
      case 'dropTrait':
        return t('dropTrait', { name: fix.trait, hosts: fix.hosts });
      case 'dropGroup':
        return t('dropGroup', { hosts: fix.hosts });
      case 'dropHost':
        return t('dropHost', { hosts: fix.hosts });
      case 'setCount':
        return t('setCount', { count: fix.value });
      case 'uncordon':
        return t('uncordon', { name: fix.host.name });
      case 'endMaintenance':
        return t('endMaintenance', { name: fix.host.name });
      case 'free':
        return t('free', {
          name: fix.host.name,
          amount: text.format[fix.resource](fix.amount),
          resource: text.name(fix.resource),
        });
    }
  };
}
