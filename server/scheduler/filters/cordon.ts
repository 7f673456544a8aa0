import type { Filter } from './filter.ts';

/** Passes hosts that nobody has cordoned; says the reason that was given. */
export const cordonFilter: Filter = {
  name: 'cordon',
  summary: 'cordoned',
  keyOf: () => '',
  refuse: (host) => (host.cordonReason === null ? null : { message: `It is cordoned: ${host.cordonReason}` }),
};
