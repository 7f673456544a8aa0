import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process alone, until it releases it or ends, however it ends: the kernel holds the lock
 * (flock(2)) for a helper that lives on a pipe of ours. Which process has it stands in the file `lock`, for the message.
 * @throws Error naming the process that has it.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const file = join(directory, 'lock');
  // In a session of its own: Ctrl-C in the terminal must not open the lock while we still shut down.
  const helper = spawn(
    'flock',
    ['--nonblock', '--conflict-exit-code', '75', file, 'sh', '-c', 'echo locked; exec cat'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    },
  );
  const exited = new Promise<number | null>((resolve) => helper.once('exit', resolve));
  const failed = new Promise<never>((_, reject) => helper.once('error', reject));
  const locked = new Promise<'locked'>((resolve) => helper.stdout.once('data', () => resolve('locked')));
  const outcome = await Promise.race([locked, exited, failed]);
  if (outcome === 75) {
    const owner = (await readFile(file, 'utf8')).trim();
    throw new Error(`${directory} is in use by process ${owner || 'unknown'}: stop that one first`);
  }
  if (outcome !== 'locked') throw new Error(`cannot lock ${file}: flock ended with ${outcome}`);
  await writeFile(file, `${process.pid}\n`);
  return {
    release: async () => {
      helper.stdin.end();
      await exited;
    },
  };
}
