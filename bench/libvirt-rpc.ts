import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startHost } from '../server/testing/lab/start-host.ts';
import { constantScript } from '../server/transport/constant-script.ts';
import { LibvirtConnection } from '../server/transport/libvirt-rpc/libvirt-connection.ts';
import { connectSsh } from '../server/transport/ssh/connect-ssh.ts';
import { measure, printResults } from './measure.ts';

/**
 * List all domains and the state of each, over one and the same sshd: Atoll's RPC client on a kept connection against
 * virsh run through that same kept connection, and against a new ssh + virsh for each call, as scripts do.
 */
const run = promisify(execFile);
const rounds = Number(process.argv[2] ?? 30);
const domains = 5;
const virshList = constantScript`virsh -q list --all && for d in $(virsh -q list --all --uuid); do virsh -q domstate "$d"; done`;
const sshCommand = 'virsh -q list --all && for d in $(virsh -q list --all --uuid); do virsh -q domstate "$d"; done';

const host = await startHost({ name: 'bench-rpc', engines: ['libvirt'] });
const { ssh } = host.info;
try {
  const machine = await connectSsh({
    host: ssh.host,
    port: ssh.port,
    user: ssh.user,
    credential: { type: 'private-key', privateKey: ssh.privateKey },
    hostKeyFingerprint: ssh.hostKeyFingerprint,
  });
  const connection = new LibvirtConnection({
    openSocket: ({ signal }) => machine.openUnixSocket('/run/libvirt/libvirt-sock', { signal }),
    uri: 'qemu:///system',
  });
  await connection.connect();
  for (let index = 0; index < domains; index++) {
    await connection.call('domainDefineXMLFlags', { xml: domainXml(`bench-${index}`), flags: 0 });
  }
  const results = await measure(
    [
      {
        name: 'Atoll: RPC over the kept SSH connection',
        run: async () => {
          const listed = await connection.call('connectListAllDomains', { need: 1, flags: 0 });
          await Promise.all(listed.domains.map((dom) => connection.call('domainGetState', { dom, flags: 0 })));
          if (listed.domains.length !== domains) throw new Error(`${listed.domains.length} domains`);
        },
      },
      {
        name: 'Atoll: one bulk call (state group)',
        run: () => connection.call('connectGetAllDomainStats', { doms: [], stats: 1, flags: 0 }),
      },
      {
        name: 'virsh through the same kept SSH connection',
        run: () => machine.runScript(virshList, { timeoutMs: 60_000 }),
      },
      {
        name: 'virsh by a new ssh for each call',
        run: () =>
          run('ssh', [
            ...['-i', ssh.privateKeyPath, '-p', String(ssh.port), '-o', 'StrictHostKeyChecking=no'],
            ...['-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', `${ssh.user}@${ssh.host}`, sshCommand],
          ]),
      },
    ],
    rounds,
  );
  printResults(`List ${domains} domains with their states`, results, rounds);
  await connection.close();
  machine.close();
} finally {
  await host.stop();
}

function domainXml(name: string): string {
  return `<domain type="qemu"><name>${name}</name><memory unit="MiB">64</memory><os><type>hvm</type></os></domain>`;
}
