import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

/** A dockerd behind TLS that demands a client certificate; the certificates are PEM. */
export interface LabDockerTls {
  host: string;
  port: number;
  ca: string;
  cert: string;
  key: string;
}

const tlsAddress = '127.0.0.1:2376';

/** Writes the configuration of a lab host's dockerd below `directory`/etc; with a port, certificates as well. */
export async function writeDockerFiles(directory: string, tlsPort: number | null): Promise<LabDockerTls | null> {
  const tls = join(directory, 'etc/docker-tls');
  const settings = {
    'data-root': join(directory, 'docker'),
    'live-restore': true,
    'no-new-privileges': true,
    hosts: ['unix:///run/docker.sock'],
  };
  const tlsSettings = {
    hosts: [...settings.hosts, `tcp://${tlsAddress}`],
    tlsverify: true,
    tlscacert: join(tls, 'ca.crt'),
    tlscert: join(tls, 'server.crt'),
    tlskey: join(tls, 'server.key'),
  };
  await writeFile(
    join(directory, 'etc/docker.json'),
    JSON.stringify(tlsPort === null ? settings : { ...settings, ...tlsSettings }, null, 2),
  );
  if (tlsPort === null) return null;

  await mkdir(tls, { mode: 0o700 });
  await issueCertificate(tls, 'ca', ['basicConstraints=critical,CA:TRUE']);
  await issueCertificate(tls, 'server', ['subjectAltName=IP:127.0.0.1', 'extendedKeyUsage=serverAuth']);
  await issueCertificate(tls, 'client', ['extendedKeyUsage=clientAuth']);
  const session = `#!/bin/sh\nexec nsenter --net=/proc/1/ns/net socat STDIO TCP:${tlsAddress}\n`;
  await writeFile(join(tls, 'session'), session, { mode: 0o755 });
  await appendFile(join(directory, 'etc/ports'), `${tlsPort} ${tls}/session\n`);
  const read = (name: string) => readFile(join(tls, name), 'utf8');
  const [ca, cert, key] = await Promise.all([read('ca.crt'), read('client.crt'), read('client.key')]);
  return { host: '127.0.0.1', port: tlsPort, ca, cert, key };
}

/** Makes NAME.key and NAME.crt, signed by ca.key, or by itself for "ca". */
async function issueCertificate(folder: string, name: string, extensions: string[]): Promise<void> {
  const path = join(folder, name);
  const signer = name === 'ca' ? [] : ['-CA', join(folder, 'ca.crt'), '-CAkey', join(folder, 'ca.key')];
  await runCommand([
    ...([
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
    ] as const),
    ...['-subj', `/CN=atoll-lab ${name}`, '-keyout', `${path}.key`, '-out', `${path}.crt`, ...signer],
    ...extensions.flatMap((extension) => ['-addext', extension]),
  ]);
}
