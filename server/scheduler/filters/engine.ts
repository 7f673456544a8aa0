import { engineOfKind } from '../snapshot.ts';
import type { Filter } from './filter.ts';

const engineTitle = { libvirt: 'libvirt', docker: 'Docker' } as const;

/** Passes hosts whose engine for this kind of instance answers. */
export const engineFilter: Filter = {
  name: 'engine',
  summary: 'without the engine',
  keyOf: ({ kind }) => kind,
  refuse: (host, request) => {
    const type = engineOfKind[request.kind];
    const engine = host.engines.find((candidate) => candidate.type === type);
    if (!engine) return { message: `It has no ${engineTitle[type]}.` };
    return engine.state === 'up' ? null : { message: `Its ${engineTitle[type]} does not answer.` };
  },
};
