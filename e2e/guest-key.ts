import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LabHostInfo, runInside } from '../server/testing/lab/host-access.ts';

/** An SSH key pair of a person, made by ssh-keygen, to sign in to guests with. */
export async function guestKey(): Promise<{ path: string; publicKey: string }> {
  const path = join(await mkdtemp(join(tmpdir(), 'atoll-key-')), 'id_ed25519');
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'person@example.org', '-f', path]);
  return { path, publicKey: (await readFile(`${path}.pub`, 'utf8')).trim() };
}

/** Runs `hostname` in a guest by SSH, from its host; answers what came of it, also the refusal while it still boots. */
export async function askHostname(host: LabHostInfo, address: string, keyPath: string): Promise<string> {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'ConnectTimeout=5'].flatMap((o) => [
    '-o',
    o,
  ]);
  return runInside(host, ['ssh', '-i', keyPath, ...options, `root@${address}`, 'hostname']).catch(
    (error: Error) => error.message,
  );
}
