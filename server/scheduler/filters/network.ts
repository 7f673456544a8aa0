import type { Filter } from './filter.ts';

/** Passes hosts that have the VM's network up. Bridges of containers are made where they are missing. */
export const networkFilter: Filter = {
  name: 'network',
  summary: 'without the network',
  keyOf: ({ kind, network }) => (kind === 'container' ? 'none' : network),
  refuse: (host, request) => {
    if (request.kind === 'container' || request.network === 'none') return null;
    const network = host.networks.find((one) => one.engine === 'libvirt' && one.name === request.network);
    if (!network) return { message: `It has no network ${request.network}.` };
    return network.active ? null : { message: `Its network ${request.network} is not started.` };
  },
};
