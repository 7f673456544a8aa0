import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'ldapts';

export interface LdapPerson {
  uid: string;
  cn: string;
  mail: string;
  password: string;
}

export interface TestDirectory {
  url: string;
  baseDn: string;
  bindDn: string;
  bindPassword: string;
  stop(): Promise<void>;
}

const baseDn = 'dc=example,dc=org';
const bindDn = `cn=admin,${baseDn}`;
const bindPassword = 'password-of-the-searcher';

/** A real slapd on loopback with a directory of its own, which nobody may search without signing in. */
export async function startTestDirectory(people: readonly LdapPerson[]): Promise<TestDirectory> {
  const root = await mkdtemp(join(tmpdir(), 'atoll-slapd-'));
  await mkdir(join(root, 'data'));
  const config = join(root, 'slapd.conf');
  await writeFile(config, slapdConf(root), { mode: 0o600 });
  const port = await freePort();
  const url = `ldap://127.0.0.1:${port}`;
  // In the foreground (-d 0), so that it ends with its signal and leaves nothing behind.
  const slapd = spawn('/usr/sbin/slapd', ['-d', '0', '-f', config, '-h', url], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => slapd.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    slapd.kill('SIGTERM');
    await ended;
    await rm(root, { recursive: true, force: true });
  };
  try {
    const client = await connect(url);
    await client.add(baseDn, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' });
    for (const { uid, cn, mail, password } of people)
      await client.add(`uid=${uid},${baseDn}`, {
        objectClass: ['inetOrgPerson'],
        uid,
        cn,
        sn: cn,
        mail,
        userPassword: password,
      });
    await client.unbind();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, baseDn, bindDn, bindPassword, stop };
}

async function connect(url: string): Promise<Client> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const client = new Client({ url, connectTimeout: 5_000, timeout: 10_000 });
    try {
      await client.bind(bindDn, bindPassword);
      return client;
    } catch (error) {
      await client.unbind().catch(() => undefined);
      if (Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

const slapdConf = (root: string): string => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile ${root}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
# As many directories in the field do: a name without a password is let in, as nobody (RFC 4513 §5.1.2).
allow bind_anon_dn bind_anon_cred
database mdb
suffix "${baseDn}"
rootdn "${bindDn}"
rootpw ${bindPassword}
directory ${root}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${bindDn}" write by users read by * none
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
