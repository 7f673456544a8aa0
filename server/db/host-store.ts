import { AtollError } from '#server/contract/errors.ts';
import type { DoctorCheck, HostState } from '#server/contract/host.ts';
import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import {
  type ConnectionType,
  type CredentialType,
  type HostNetwork,
  type HostPool,
  type HostRow,
  type HostSystem,
  selectHosts,
} from './host-row.ts';
import { afterKeyset, containing, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { requireVersion } from './version.ts';

export type { HostRow } from './host-row.ts';

/** Hosts belong to the cloud, not to a project: only holders of host:read, and the worker, come here. */
export interface NewHost {
  id?: string;
  name: string;
  connectionType: ConnectionType;
  address?: string | null;
  port?: number | null;
  username?: string | null;
  credentialType?: CredentialType | null;
  fingerprint?: string | null;
  tlsCa?: string | null;
  tlsCert?: string | null;
  libvirtSocket?: string | null;
  dockerSocket?: string | null;
  storagePool: string;
  poolId?: string;
}

/** Inserts a host in state `enrolling`. Throws name_taken. */
export async function insertHost(tx: AtollTx, host: NewHost): Promise<HostRow> {
  const id = host.id ?? newId();
  await tx.host
    .createMany({ data: { ...host, id, state: 'enrolling' } })
    .catch((error: unknown) => rethrowNameTaken(error, host.name));
  await tell(tx, { id, version: 1 });
  return getHost(tx, { id });
}

/** One host. Throws not_found. */
export async function getHost(db: DbOrTx, ref: { id: string }): Promise<HostRow> {
  const row = await findHost(db, ref);
  if (!row) throw new AtollError('not_found', 'There is no such host.');
  return row;
}

/** One host, or null. */
export async function findHost(db: DbOrTx, ref: { id: string }): Promise<HostRow | null> {
  const rows = await db.$queryRaw<HostRow[]>(Prisma.sql`${selectHosts} WHERE h.id = ${ref.id}::uuid`);
  return rows[0] ?? null;
}

const byName: Order = { by: Prisma.sql`h.name`, id: Prisma.sql`h.id`, byType: 'text', idType: 'uuid' };

/** Hosts by name, with engines, capacity and the operation in flight: one query. */
export async function listHosts(db: DbOrTx, filter: { search?: string }, page: PageRequest): Promise<Page<HostRow>> {
  const search = filter.search ? Prisma.sql`h.name ILIKE ${containing(filter.search)}` : Prisma.sql`true`;
  const rows = await db.$queryRaw<HostRow[]>(Prisma.sql`
    ${selectHosts} WHERE ${search} AND ${afterKeyset(byName, page.after)} ${orderAndLimit(byName, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.name, id: row.id }));
}

/** Every host, by name: for the scheduler and the reconcilers. */
export async function listAllHosts(db: DbOrTx): Promise<HostRow[]> {
  return db.$queryRaw<HostRow[]>(Prisma.sql`${selectHosts} ORDER BY h.name, h.id`);
}

export interface HostPatch {
  name?: string;
  state?: HostState;
  stateReason?: string | null;
  maintenance?: boolean;
  maintenanceReason?: string | null;
  /** Also sets cordonedAt; null takes the cordon off. */
  cordonReason?: string | null;
  poolId?: string;
  labels?: Record<string, string>;
  traits?: string[];
  fingerprint?: string | null;
  offeredFingerprint?: string | null;
  libvirtSocket?: string | null;
  dockerSocket?: string | null;
  machineId?: string | null;
  system?: HostSystem | null;
  networks?: HostNetwork[];
  pools?: HostPool[];
  /** Also sets doctorAt to now. */
  doctor?: DoctorCheck[];
}

/**
 * Changes a host, bumps its version and tells it; and because the state of a host shows in its instances, a changed
 * state tells them too. Throws not_found, precondition_failed, name_taken.
 */
export async function updateHost(
  tx: AtollTx,
  ref: { id: string; expectedVersion?: number },
  patch: HostPatch,
): Promise<HostRow> {
  const [before] = await tx.$queryRaw<{ version: number; state: HostState; now: Date }[]>(
    Prisma.sql`SELECT version, state, now() AS now FROM host WHERE id = ${ref.id}::uuid FOR UPDATE`,
  );
  if (!before) throw new AtollError('not_found', 'There is no such host.');
  requireVersion(before.version, ref.expectedVersion);
  const changesState = patch.state !== undefined && patch.state !== before.state;
  const { system, networks, pools, doctor, ...columns } = patch;
  await tx.host
    .updateMany({
      where: { id: ref.id },
      data: {
        ...columns,
        ...(system !== undefined && { system: system === null ? Prisma.DbNull : { ...system } }),
        ...(networks && { networks: networks.map((network) => ({ ...network })) }),
        ...(pools && { pools: pools.map((pool) => ({ ...pool })) }),
        ...(doctor && { doctor: doctor.map((check) => ({ ...check })), doctorAt: before.now }),
        ...(patch.cordonReason !== undefined && { cordonedAt: patch.cordonReason === null ? null : before.now }),
        ...(changesState && { stateSince: before.now }),
        version: { increment: 1 },
      },
    })
    .catch((error: unknown) => rethrowNameTaken(error, patch.name ?? ''));
  await tell(tx, { id: ref.id, version: before.version + 1 });
  if (changesState) await tellInstances(tx, ref.id);
  return getHost(tx, ref);
}

/** Notes that a host has answered; no version, no change told. */
export async function touchHostSeen(db: DbOrTx, ref: { id: string }): Promise<void> {
  await db.$executeRaw(Prisma.sql`UPDATE host SET last_seen_at = now() WHERE id = ${ref.id}::uuid`);
}

/** Removes a host with what we know of it. Throws in_use while instances or volumes are placed on it. */
export async function deleteHost(tx: AtollTx, ref: { id: string }): Promise<void> {
  const [row] = await tx.$queryRaw<{ version: number; used: boolean }[]>(Prisma.sql`
    SELECT h.version, EXISTS (SELECT 1 FROM instance i WHERE i.host_id = h.id)
      OR EXISTS (SELECT 1 FROM volume v WHERE v.host_id = h.id) AS used
    FROM host h WHERE h.id = ${ref.id}::uuid FOR UPDATE OF h`);
  if (!row) return;
  if (row.used) throw new AtollError('in_use', 'Instances or volumes are still on this host.');
  await tx.host.deleteMany({ where: { id: ref.id } });
  await tell(tx, { id: ref.id, version: row.version + 1 });
}

const tell = (tx: AtollTx, row: { id: string; version: number }): Promise<void> =>
  appendChange(tx, { topic: 'host', entityId: row.id, projectId: null, version: row.version });

async function tellInstances(tx: AtollTx, hostId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    WITH touched AS (
      UPDATE instance SET version = version + 1 WHERE host_id = ${hostId}::uuid RETURNING id, project_id, version)
    INSERT INTO outbox (topic, entity_id, project_id, version) SELECT 'instance', id, project_id, version FROM touched`);
}

function rethrowNameTaken(error: unknown, name: string): never {
  if (!isUniqueViolation(error, 'host_name_key')) throw error;
  throw new AtollError('name_taken', `There is a host named ${name} already.`, {
    cause: error,
    fields: [{ pointer: '/name', code: 'name_taken', message: 'This name is taken.' }],
  });
}
