import { createHash } from 'node:crypto';
import { appendFile, chmod, copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

export interface LabSsh {
  host: string;
  port: number;
  user: string;
  /** Another user with the same keys and password, without any right on libvirt or Docker. */
  plainUser: string;
  password: string;
  /** OpenSSH format, ed25519. */
  privateKey: string;
  privateKeyPath: string;
  publicKey: string;
  /** As ssh-keygen -l prints it: SHA256:… */
  hostKeyFingerprint: string;
  hostPublicKey: string;
  /** Append a line to let another key in; it holds for the next connection. */
  authorizedKeysPath: string;
}

const password = 'lab password';
const plainUser = 'visitor';

/** Makes the keys, the password and the configuration of a lab host's sshd, below `directory`/etc/ssh. */
export async function writeSshFiles(directory: string, port: number): Promise<LabSsh> {
  const etc = join(directory, 'etc/ssh');
  await mkdir(etc, { recursive: true, mode: 0o755 });
  const privateKeyPath = join(etc, 'client_key');
  const authorizedKeysPath = join(etc, 'authorized_keys');
  await Promise.all([generateKey(privateKeyPath), generateKey(join(etc, 'host_key'))]);
  await copyFile(`${privateKeyPath}.pub`, authorizedKeysPath);
  await writeFile(
    join(etc, 'sshd_config'),
    [
      `HostKey ${etc}/host_key`,
      `AuthorizedKeysFile ${authorizedKeysPath}`,
      'PermitRootLogin yes',
      'PasswordAuthentication yes',
      'UsePAM no',
      'StrictModes no',
      'UseDNS no',
      'AllowStreamLocalForwarding yes',
      'AllowTcpForwarding yes',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n'),
  );
  const session = `#!/bin/sh\nexec nsenter --net=/proc/1/ns/net /usr/sbin/sshd -i -f ${etc}/sshd_config -E ${directory}/log/sshd.log\n`;
  await writeFile(join(etc, 'session'), session, { mode: 0o755 });
  await appendFile(join(directory, 'etc/ports'), `${port} ${etc}/session\n`);
  await mkdir(join(directory, 'run/sshd'), { recursive: true });

  await writeAccounts(directory);
  return {
    host: '127.0.0.1',
    port,
    user: 'root',
    plainUser,
    password,
    privateKey: await readFile(privateKeyPath, 'utf8'),
    privateKeyPath,
    publicKey: (await readFile(`${privateKeyPath}.pub`, 'utf8')).trim(),
    ...(await readHostKey(directory)),
    authorizedKeysPath,
  };
}

/** Gives the host another host key, as after a reinstallation or when somebody sits in between. */
export async function replaceHostKey(directory: string): Promise<Pick<LabSsh, 'hostKeyFingerprint' | 'hostPublicKey'>> {
  const path = join(directory, 'etc/ssh/host_key');
  await generateKey(`${path}.new`);
  await rename(`${path}.new.pub`, `${path}.pub`);
  await rename(`${path}.new`, path);
  return readHostKey(directory);
}

async function readHostKey(directory: string) {
  const hostPublicKey = (await readFile(join(directory, 'etc/ssh/host_key.pub'), 'utf8')).trim();
  const blob = Buffer.from(hostPublicKey.split(' ')[1] ?? '', 'base64');
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { hostPublicKey, hostKeyFingerprint: `SHA256:${digest}` };
}

async function generateKey(path: string): Promise<void> {
  await runCommand(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'atoll-lab', '-f', path]);
  await chmod(path, 0o600);
}

/**
 * The host's own /etc/passwd and /etc/shadow: those of this machine, with root's password replaced and one user more. root's home
 * is empty: bash reads .bashrc for each command over SSH, and what people put there (pyenv, nvm…) may wait for locks.
 */
async function writeAccounts(directory: string): Promise<void> {
  const home = join(directory, 'root');
  await mkdir(home, { mode: 0o700 });
  const hash = (await runCommand(['openssl', 'passwd', '-6', '-stdin'], { input: password })).trim();
  const accounts = await readFile('/etc/passwd', 'utf8');
  const passwd = accounts.replace(/^(root:(?:[^:]*:){4})[^:]*/m, (_, before: string) => before + home);
  await writeFile(join(directory, 'etc/passwd'), `${passwd}${plainUser}:x:59999:59999::/tmp:/bin/sh\n`);
  const shadow = (await readFile('/etc/shadow', 'utf8')).replace(/^root:[^:]*/m, `root:${hash}`);
  await writeFile(join(directory, 'etc/shadow'), `${shadow}${plainUser}:${hash}:19000:0:99999:7:::\n`, { mode: 0o600 });
}
