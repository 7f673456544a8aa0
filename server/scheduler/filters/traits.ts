import type { Filter } from './filter.ts';

/** Passes hosts that have every trait which is asked for; names all that are missing. */
export const traitsFilter: Filter = {
  name: 'traits',
  summary: 'without the traits',
  keyOf: ({ traits }) => (traits.length < 2 ? (traits[0] ?? '') : [...traits].sort().join()),
  refuse: (host, request) => {
    const missing = request.traits.filter((trait) => !host.traits.has(trait));
    return missing.length === 0 ? null : { message: `It has not: ${missing.join(', ')}.` };
  },
};
