import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { containerImagePath } from '#server/testing/lab/built-images.ts';
import type { LabHost } from '#server/testing/lab/lab-host.ts';

/** Starts a registry inside a lab host's network that serves one busybox image; answers the reference to pull. */
export async function startRegistry(host: LabHost): Promise<{ ref: string; stop: () => void }> {
  const program = join(import.meta.dirname, 'registry-server.ts');
  const inside = ['--target', String(host.info.initPid), '--net', '--'];
  const args = [...inside, process.execPath, program, '5000', 'lib/busybox:1', await containerImagePath()];
  const server = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server.stdout, 'data');
  return { ref: '127.0.0.1:5000/lib/busybox:1', stop: () => server.kill() };
}
