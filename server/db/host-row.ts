import type { z } from 'zod';
import type { DoctorCheck, EngineType, HostState, hostEngineSchema } from '#server/contract/host.ts';
import { Prisma } from './generated/client.ts';
import { type TaskRow, taskSql } from './instance-row.ts';

export type HostEngineRow = z.output<typeof hostEngineSchema>;
export type ConnectionType = 'local' | 'ssh' | 'docker-tls';
export type CredentialType = 'atoll-key' | 'password' | 'private-key';

export interface HostSystem {
  hostname: string;
  os: string;
  kernel: string;
  arch: string;
  cpuModel: string;
}

export interface HostNetwork {
  name: string;
  engine: EngineType;
  mode: string;
  subnet: string | null;
  active: boolean;
}

export interface HostPool {
  name: string;
  type: string;
  active: boolean;
  capacityBytes: number;
  availableBytes: number;
}

/** Capacity of one resource: allocatable is total × ratio − reserved. */
export interface HostCounter {
  total: number;
  ratio: number;
  reserved: number;
  allocatable: number;
  claimed: number;
}

/** A machine with its engines, capacity and what runs on it, read in one query. Secrets are in sealed_secret. */
export interface HostRow {
  id: string;
  name: string;
  state: HostState;
  stateSince: Date;
  stateReason: string | null;
  maintenance: boolean;
  maintenanceReason: string | null;
  cordonedAt: Date | null;
  cordonReason: string | null;
  hostPool: { id: string; name: string };
  labels: Record<string, string>;
  traits: string[];
  /** Share that is really used, averaged over 15 minutes; null where nothing was heard of it yet. */
  load: { cpu: number; memory: number; at: string } | null;
  connectionType: ConnectionType;
  address: string | null;
  port: number | null;
  username: string | null;
  credentialType: CredentialType | null;
  fingerprint: string | null;
  offeredFingerprint: string | null;
  tlsCa: string | null;
  tlsCert: string | null;
  libvirtSocket: string | null;
  dockerSocket: string | null;
  storagePool: string;
  machineId: string | null;
  system: HostSystem | null;
  networks: HostNetwork[];
  pools: HostPool[];
  engines: HostEngineRow[];
  capacity: Record<'vcpus' | 'memoryMiB' | 'diskGiB', HostCounter>;
  doctor: DoctorCheck[] | null;
  doctorAt: Date | null;
  lastSeenAt: Date | null;
  /** How many of ours are placed on it, and how many run on it without Atoll. */
  instances: number;
  unmanaged: number;
  task: TaskRow | null;
  createdAt: Date;
  version: number;
}

const nothing = `{"total": 0, "ratio": 1, "reserved": 0, "allocatable": 0, "claimed": 0}`;

/** Columns and joins of {@link HostRow}. */
export const selectHosts = Prisma.sql`
  SELECT h.id, h.name, h.state, h.state_since AS "stateSince", h.state_reason AS "stateReason", h.maintenance,
    h.maintenance_reason AS "maintenanceReason", h.cordoned_at AS "cordonedAt", h.cordon_reason AS "cordonReason",
    (SELECT jsonb_build_object('id', p.id, 'name', p.name) FROM host_pool p WHERE p.id = h.pool_id) AS "hostPool",
    h.labels, coalesce(h.traits, '{}') AS traits,
    (SELECT jsonb_build_object('cpu', l.cpu, 'memory', l.memory, 'at', l.at) FROM host_load l WHERE l.host_id = h.id)
      AS load,
    h.connection_type AS "connectionType", h.address, h.port, h.username, h.credential_type AS "credentialType",
    h.fingerprint, h.offered_fingerprint AS "offeredFingerprint", h.tls_ca AS "tlsCa", h.tls_cert AS "tlsCert",
    h.libvirt_socket AS "libvirtSocket", h.docker_socket AS "dockerSocket", h.storage_pool AS "storagePool",
    h.machine_id AS "machineId", h.system, h.networks, h.pools,
    coalesce((
      SELECT jsonb_agg(jsonb_build_object('type', e.type, 'state', e.state, 'version', e.version,
        'capabilities', e.capabilities, 'message', e.message) ORDER BY e.type DESC)
      FROM host_engine e WHERE e.host_id = h.id), '[]') AS engines,
    jsonb_build_object('vcpus', ${nothing}::jsonb, 'memoryMiB', ${nothing}::jsonb, 'diskGiB', ${nothing}::jsonb)
      || coalesce((
        SELECT jsonb_object_agg(n.resource, jsonb_build_object('total', n.total, 'ratio', n.ratio,
          'reserved', n.reserved, 'allocatable', greatest(floor(n.total * n.ratio)::bigint - n.reserved, 0),
          'claimed', n.used))
        FROM host_inventory n WHERE n.host_id = h.id), '{}') AS capacity,
    h.doctor, h.doctor_at AS "doctorAt", h.last_seen_at AS "lastSeenAt",
    (SELECT count(*)::int FROM instance i WHERE i.host_id = h.id) AS instances,
    (SELECT count(*)::int FROM unmanaged_instance m WHERE m.host_id = h.id) AS unmanaged,
    ${taskSql(Prisma.sql`h.id`)} AS task, h.created_at AS "createdAt", h.version
  FROM host h`;
