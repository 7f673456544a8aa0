import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const root = join(import.meta.dirname, '../../..');

/** Builds (or takes from .cache) the busybox root file system for `docker import`; answers the tar file's path. */
export async function containerImagePath(): Promise<string> {
  return (await runCommand(['sh', join(root, 'scripts/build-container-image.sh')])).trim();
}

/** Builds (or takes from .cache) the small bootable guest; answers the qcow2 file's path. */
export async function guestImagePath(): Promise<string> {
  return (await runCommand(['sh', join(root, 'scripts/build-guest.sh')], { timeoutMs: 600_000 })).trim();
}
