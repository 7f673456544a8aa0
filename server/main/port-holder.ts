import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process that listens on a TCP port of this machine. */
export interface PortHolder {
  pid: number;
  /** Its command line, shortened. */
  command: string;
}

/** State `TCP_LISTEN` in /proc/net/tcp (include/net/tcp_states.h of the kernel). */
const listening = '0A';

/**
 * Who listens on a TCP port, by /proc; null where it cannot be seen: without root, the processes of others and of other
 * network namespaces keep their sockets to themselves.
 */
export async function findPortHolder(port: number): Promise<PortHolder | null> {
  const sockets = new Set((await Promise.all(['tcp', 'tcp6'].map((table) => listenersOf(table, port)))).flat());
  if (sockets.size === 0) return null;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || !(await holdsOne(pid, sockets))) continue;
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').join(' ').trim();
    return { pid: Number(pid), command: words.slice(0, 120) || 'unknown' };
  }
  return null;
}

/** Inodes of the sockets that listen on a port, as links in /proc/PID/fd name them. */
async function listenersOf(table: string, port: number): Promise<string[]> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  // A kernel without IPv6 has no tcp6.
  const lines = (await readFile(`/proc/net/${table}`, 'utf8').catch(() => '')).split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === listening && local.endsWith(`:${wanted}`) ? [`socket:[${inode}]`] : [];
  });
}

/** A process that is not ours, or has just ended, shows nothing: then it is not the one. */
async function holdsOne(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  for (const descriptor of await readdir(directory).catch(() => [])) {
    if (sockets.has(await readlink(`${directory}/${descriptor}`).catch(() => ''))) return true;
  }
  return false;
}
