import { hostname } from 'node:os';
import { type Db, inTx } from '#server/db/client.ts';
import { insertHost, listAllHosts } from '#server/db/host-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';

/** Adds this machine as a host, unless one is there already. Answers its name, or null. */
export async function addLocalHost(db: Db): Promise<string | null> {
  return inTx(db, async (tx) => {
    const hosts = await listAllHosts(tx);
    if (hosts.some((host) => host.connectionType === 'local')) return null;
    const name = freeName(labelOf(hostname()), new Set(hosts.map((host) => host.name)));
    const { id } = await insertHost(tx, { name, connectionType: 'local', storagePool: 'atoll' });
    const target = { type: 'host', id, name };
    await enqueueOperation(tx, { kind: 'host.enroll', projectId: null, target, hostId: id, input: { hostId: id } });
    return name;
  });
}

/** The first label of a machine's name, in the letters that names of hosts may have. */
export function labelOf(machine: string): string {
  const label = (machine.split('.')[0] ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 60);
  return label.replace(/^-+|-+$/g, '') || 'local';
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}
