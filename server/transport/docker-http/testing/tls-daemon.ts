import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { runCommand } from '#server/testing/lab/run-command.ts';

export interface TlsFiles {
  ca: string;
  cert: string;
  key: string;
}

/** Lets a lab host's dockerd listen on TLS as well, and carries a port of ours to it; TLS ends at dockerd itself. */
export async function openTlsPort(host: LabHost): Promise<{ port: number; client: TlsFiles; stop: () => void }> {
  const folder = join(host.info.directory, 'etc');
  await makeCa(folder, 'ca');
  await makeCertificate(folder, 'ca', 'server', 'subjectAltName=IP:127.0.0.1');
  const client = await makeClientFiles(folder, 'ca', 'client');
  const settingsPath = join(folder, 'docker.json');
  const settings = JSON.parse(await readFile(settingsPath, 'utf8')) as { hosts: string[] };
  const tls = {
    tlsverify: true,
    tlscacert: join(folder, 'ca.crt'),
    tlscert: join(folder, 'server.crt'),
    tlskey: join(folder, 'server.key'),
  };
  settings.hosts.push('tcp://127.0.0.1:2376');
  await writeFile(settingsPath, JSON.stringify({ ...settings, ...tls }));
  await host.signalDaemon('docker', 'KILL');
  await host.startDaemon('docker');

  const inside = ['--target', String(host.info.initPid), '--net', '--', 'socat', 'STDIO', 'TCP:127.0.0.1:2376'];
  const server = net.createServer((socket) => {
    const carrier = spawn('nsenter', inside, { stdio: ['pipe', 'pipe', 'inherit'] });
    socket.pipe(carrier.stdin).on('error', () => socket.destroy());
    carrier.stdout.pipe(socket).on('error', () => carrier.kill());
    socket.once('close', () => carrier.kill());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, client, stop: () => server.close() };
}

/** A certificate for clients by the CA of that name, which is made when it is missing. */
export async function makeClientFiles(folder: string, ca: string, name: string): Promise<TlsFiles> {
  await makeCertificate(folder, ca, name, 'extendedKeyUsage=clientAuth');
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  return { ca: await read('ca.crt'), cert: await read(`${name}.crt`), key: await read(`${name}.key`) };
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'] as const;

export async function makeCa(folder: string, name: string): Promise<void> {
  const out = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
  await runCommand(['openssl', 'req', '-x509', ...newKey, '-subj', `/CN=${name}`, ...out]);
}

async function makeCertificate(folder: string, ca: string, name: string, extension: string): Promise<void> {
  const path = (file: string) => join(folder, file);
  const out = ['-keyout', path(`${name}.key`), '-out', path(`${name}.crt`)];
  const issuer = ['-CA', path(`${ca}.crt`), '-CAkey', path(`${ca}.key`)];
  await runCommand([
    ...(['openssl', 'req', '-x509', ...newKey, '-subj', `/CN=${name}`, '-addext', extension] as const),
    ...['-addext', 'basicConstraints=critical,CA:FALSE', ...issuer, ...out],
  ]);
}
