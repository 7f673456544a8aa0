import { constantScript } from '#server/transport/constant-script.ts';

/** Prints the counters of all CPUs (proc(5), /proc/stat) and what memory there is and could be had (/proc/meminfo). */
export const loadScript = constantScript`
export LC_ALL=C
sed -n 's/^cpu  */cpu=/p' /proc/stat
sed -n -e 's/^MemTotal: *\([0-9]*\) kB/total=\1/p' -e 's/^MemAvailable: *\([0-9]*\) kB/available=\1/p' /proc/meminfo
`;
