'use client';

import { useTranslations } from 'next-intl';
import type { Host } from '#server/contract/host.ts';
import { StateDot, type Tone } from '../ui/state-dot.tsx';

type Engine = Host['engines'][number];

const tones: Record<Engine['state'], Tone> = { up: 'ok', down: 'bad', unknown: 'off' };

/** How a VM runs there, or with which API containers do: the one capability that matters first. */
export function useEngineNote(): (engine: Engine) => string | null {
  const t = useTranslations('host.engine');
  return ({ capabilities }) => {
    if (!capabilities) return null;
    if (capabilities.type === 'libvirt') return t(`kvm.${capabilities.kvm}`);
    return t('storageDriver', { name: capabilities.storageDriver });
  };
}

/** Engines of a host with version and state, one line each. */
export function HostEngines({ engines }: { engines: readonly Engine[] }) {
  const t = useTranslations('host.engine');
  const note = useEngineNote();
  if (engines.length === 0) return <span className="text-text-3">{t('none')}</span>;
  return (
    <span className="flex min-w-0 flex-col">
      {engines.map((engine) => (
        <StateDot key={engine.type} tone={tones[engine.state]}>
          {t(`name.${engine.type}`)} {engine.version}
          {note(engine) ? <span className="text-text-2"> · {note(engine)}</span> : null}
        </StateDot>
      ))}
    </span>
  );
}
