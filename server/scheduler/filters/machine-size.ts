import type { Filter } from './filter.ts';

/**
 * Passes machines that are themselves as large as the instance: overcommit lets many share a machine, it makes none
 * larger. Docker refuses a limit above the machine's CPUs, and a VM with more vCPUs than threads only waits for itself.
 */
export const machineSizeFilter: Filter = {
  name: 'machine-size',
  summary: 'smaller than the instance',
  refuse: (host, request) => {
    const { vcpus, memoryMiB } = host.capacity;
    if (request.size.vcpus > vcpus.total) {
      return { message: `The machine has ${vcpus.total} CPUs; the instance asks for ${request.size.vcpus} vCPUs.` };
    }
    if (request.size.memoryMiB > memoryMiB.total) {
      return {
        message: `The machine has ${memoryMiB.total} MiB of memory; the instance asks for ${request.size.memoryMiB} MiB.`,
      };
    }
    return null;
  },
};
