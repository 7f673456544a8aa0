import { readdir, readFile } from 'node:fs/promises';

export interface ProcessEntry {
  pid: number;
  parent: number;
  /** Its command line, words parted by spaces; empty for a zombie. */
  command: string;
}

/** All processes of this machine's /proc that can be seen from here. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = pids.map(async (pid): Promise<ProcessEntry[]> => {
    const stat = await readIfThere(`/proc/${pid}/stat`);
    // The name in parentheses may hold anything; state and parent follow the last one (proc(5)).
    const parent = /^\S+ (\d+)/.exec(stat.slice(stat.lastIndexOf(')') + 2))?.[1];
    if (parent === undefined) return [];
    const command = (await readIfThere(`/proc/${pid}/cmdline`)).replaceAll('\0', ' ').trim();
    return [{ pid: Number(pid), parent: Number(parent), command }];
  });
  return (await Promise.all(read)).flat();
}

/** The process and all that it started, and so on. */
export function descendantsOf(processes: readonly ProcessEntry[], pid: number): ProcessEntry[] {
  const own = processes.filter((process) => process.pid === pid);
  const below = processes.filter((process) => process.parent === pid);
  return [...own, ...below.flatMap((child) => descendantsOf(processes, child.pid))];
}

/** The parts of a running Atoll, by the pid of its `npm start`. What is between two lives is absent. */
export async function atollProcesses(
  startPid: number,
): Promise<Partial<Record<'web' | 'worker' | 'postgres', number>>> {
  const own = (await listProcesses()).filter(({ parent }) => parent === startPid);
  const find = (pattern: RegExp) => own.find(({ command }) => pattern.test(command))?.pid;
  // The scripts by which they are started become them (exec), so that the pid is final once the command is theirs.
  return {
    web: find(/^\S*node .*server\/main\/web\.ts$/),
    worker: find(/^\S*node .*server\/main\/worker\.ts$/),
    postgres: find(/^\S*\/postgres -D /),
  };
}

/** A process may end while it is looked at. */
export function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
    throw error;
  });
}
