import { existsSync, globSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Where lab hosts keep their disks. The path is short because a unix socket's may have 107 bytes. */
const labRoot = join(tmpdir(), 'atoll-lab');

/** A process cannot be mistaken for a later one with the same number: start time in clock ticks, proc(5) field 22. */
function startTicks(pid: number): string | undefined {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return undefined;
  return readFileSync(path, 'utf8').replace(/^.*\)/s, '').trim().split(' ')[19];
}

/**
 * Makes the folder of a lab host. Its name carries who made it, so that whatever a killed test run
 * leaves behind is known as such and removed at the next start.
 * @throws Error when the name will not do, or when this process has a host of that name already.
 */
export async function createLabDirectory(name: string): Promise<string> {
  if (!/^[a-z][a-z0-9-]{0,15}$/.test(name))
    throw new Error(`"${name}" is no name for a lab host: [a-z][a-z0-9-]{0,15}`);
  await mkdir(labRoot, { recursive: true });
  await sweepStaleLabDirectories();
  const directory = join(labRoot, `${name}.${process.pid}.${startTicks(process.pid)}`);
  if (existsSync(directory)) throw new Error(`this process has a lab host "${name}" already`);
  await mkdir(directory, { mode: 0o711 });
  return directory;
}

/** Removes the disk and the control groups of a lab host whose processes are gone. */
export async function removeLabDirectory(directory: string): Promise<void> {
  await removeCgroups(basename(directory));
  await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function sweepStaleLabDirectories(): Promise<void> {
  for (const entry of await readdir(labRoot)) {
    const [, pid, ticks] = entry.split('.');
    if (pid === undefined || startTicks(Number(pid)) === ticks) continue;
    await removeLabDirectory(join(labRoot, entry)).catch((error: NodeJS.ErrnoException) => {
      // Its last processes are still dying, or another test run sweeps at the same time: the next start sees to the rest.
      if (error.code !== 'EBUSY' && error.code !== 'ENOENT') throw error;
    });
  }
}

async function removeCgroups(directoryName: string): Promise<void> {
  const name = `atoll-lab.${directoryName}`;
  for (const top of globSync([`/sys/fs/cgroup/${name}`, `/sys/fs/cgroup/*/${name}`])) {
    const groups = readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const path of [top, ...groups].sort((a, b) => b.length - a.length)) await removeCgroup(path); // the deepest first
  }
}

/** The kernel takes its time to clear a group whose last process has just died. */
async function removeCgroup(path: string, attempts = 40): Promise<void> {
  try {
    rmdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || attempts === 0) throw error;
    await setTimeout(50);
    await removeCgroup(path, attempts - 1);
  }
}
