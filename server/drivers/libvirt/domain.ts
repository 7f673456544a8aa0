import { LIBVIRT_ERROR_CODES as CODES } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import type { Domain } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import { DriverError, type InstanceRef, type Tag, type VmSpec } from '../driver.ts';
import { type DomainDocument, readDomainDocument } from './domain-document.ts';
import { domainXml } from './domain-xml.ts';
import { type HostCalls, orNull } from './host-calls.ts';
import { domainName, logName, parseVolumeName, seedName } from './names.ts';
import { getPool, listActivePools, readPool } from './pool.ts';
import { writeSeed } from './seed.ts';
import { deleteByName, findByName, volumeXml } from './volume.ts';

/** Flags of libvirt's calls, by the names of its enumerations. */
const XML_INACTIVE = 2;
const DEFINE_VALIDATE = 1;
const SHUTDOWN_ACPI = 1;
const UNDEFINE_MANAGED_SAVE = 1;
const UNDEFINE_SNAPSHOTS_METADATA = 2;
const UNDEFINE_NVRAM = 4;
const UNDEFINE_CHECKPOINTS_METADATA = 16;
const METADATA_TITLE = 1;
const AFFECT_LIVE = 1;
const AFFECT_CONFIG = 2;
/** virDomainState. */
const STATE_PAUSED = 3;

/** One of ours on the host. */
interface OwnDomain {
  dom: Domain;
  document: DomainDocument & { tag: Tag };
  active: boolean;
  paused: boolean;
}

export async function findDomain(calls: HostCalls, id: string): Promise<Domain | null> {
  return (await orNull([CODES.noDomain], calls.call('domainLookupByUUID', { uuid: id })))?.dom ?? null;
}

/**
 * The domain of an instance, or null. Throws DriverError `conflict` for a domain that is not ours although it has our
 * id, and for one of another generation: it was left behind when the instance was made anew elsewhere.
 */
async function findOwn(calls: HostCalls, ref: InstanceRef): Promise<OwnDomain | null> {
  const dom = await findDomain(calls, ref.id);
  if (!dom) return null;
  const [{ xml }, { state }] = await Promise.all([
    calls.call('domainGetXMLDesc', { dom, flags: XML_INACTIVE }),
    calls.call('domainGetState', { dom, flags: 0 }),
  ]);
  const document = readDomainDocument(xml, dom);
  const { tag } = document;
  if (tag?.projectId !== ref.projectId) throw refused(`Domain ${dom.name} was not made by Atoll for this project.`);
  if (tag.generation !== ref.generation) {
    throw refused(`Domain ${dom.name} is of generation ${tag.generation}, not ${ref.generation}: it is out of date.`);
  }
  return { dom, document: { ...document, tag }, active: dom.id !== -1, paused: state === STATE_PAUSED };
}

async function getOwn(calls: HostCalls, ref: InstanceRef): Promise<OwnDomain> {
  const found = await findOwn(calls, ref);
  if (!found) throw new DriverError('not_found', 'The VM is not on this host.', { outcome: 'not_done' });
  return found;
}

/** Defines a VM with its seed and an empty boot log, or brings the definition that is there up to date. */
export async function defineDomain(calls: HostCalls, spec: VmSpec, arch: string): Promise<void> {
  const { instanceId: id, projectId, generation } = spec.tag;
  const existing = await findReplaceable(calls, { id, projectId, generation });
  const needsPool = spec.disks.length > 0 || spec.seed !== null || spec.cdromSha256 !== null;
  const pool = needsPool ? await getPool(calls, spec.storagePool) : null;
  const poolPath = pool && !calls.isTestDriver ? (await readPool(calls, pool)).path : null;
  const domainType = calls.isTestDriver ? 'test' : spec.domainType;
  const wanted = domainName(spec.name, id);
  // libvirt finds the domain by its UUID and then insists on its name.
  const name = existing && existing.id !== -1 ? existing.name : wanted;
  const xml = domainXml(spec, { name, arch, poolPath, domainType });
  if (existing && existing.name !== name) await calls.call('domainRename', { dom: existing, name, flags: 0 });
  if (pool && spec.seed) await writeSeed(calls, pool, id, spec.seed);
  if (pool && poolPath) {
    // As a volume from the beginning: then libvirt can read and remove what virtlogd will write there.
    const log = volumeXml({ name: logName(id), capacityBytes: 0, format: 'raw' });
    await orNull([CODES.storageVolumeExists], calls.call('storageVolCreateXML', { pool, xml: log, flags: 0 }));
  }
  await calls.call('domainDefineXMLFlags', { xml, flags: DEFINE_VALIDATE }, 'slow');
}

/** What the definition replaces: the same of ours, or an older generation once it is off. Nothing else may be. */
async function findReplaceable(calls: HostCalls, ref: InstanceRef): Promise<Domain | null> {
  const dom = await findDomain(calls, ref.id);
  if (!dom) return null;
  const { xml } = await calls.call('domainGetXMLDesc', { dom, flags: XML_INACTIVE });
  const { tag } = readDomainDocument(xml, dom);
  if (tag?.projectId !== ref.projectId) throw refused(`Domain ${dom.name} was not made by Atoll for this project.`);
  if (tag.generation > ref.generation)
    throw refused(`Domain ${dom.name} is of a later generation (${tag.generation}).`);
  if (tag.generation < ref.generation && dom.id !== -1) throw refused(`Domain ${dom.name} is out of date and runs.`);
  return dom;
}

/** Forces the VM off and removes its definition; and its seed and logs even where the definition is gone already. */
export async function undefineDomain(calls: HostCalls, ref: InstanceRef): Promise<void> {
  const found = await findOwn(calls, ref);
  if (found) {
    if (found.active) {
      const destroyed = calls.call('domainDestroyFlags', { dom: found.dom, flags: 0 }, 'slow');
      await orNull([CODES.noDomain, CODES.operationInvalid], destroyed);
    }
    const always = UNDEFINE_MANAGED_SAVE | UNDEFINE_SNAPSHOTS_METADATA;
    const flags = calls.isTestDriver ? always : always | UNDEFINE_NVRAM | UNDEFINE_CHECKPOINTS_METADATA;
    await orNull([CODES.noDomain], calls.call('domainUndefineFlags', { dom: found.dom, flags }, 'slow'));
  }
  for (const pool of await listActivePools(calls)) {
    await deleteByName(calls, pool, seedName(ref.id));
    if (!(await findByName(calls, pool, logName(ref.id)))) continue;
    // virtlogd rotates: a refresh shows libvirt what it made beside the log. libvirt refuses while something is uploaded
    // into the pool; the older parts then stay, until `list` reports them as left over.
    await orNull(
      [CODES.internal, CODES.operationInvalid],
      calls.call('storagePoolRefresh', { pool, flags: 0 }, 'slow'),
    );
    const { vols } = await calls.call('storagePoolListAllVolumes', { pool, need: 1, flags: 0 });
    for (const { name } of vols) {
      const own = parseVolumeName(name);
      if (own?.kind === 'log' && own.id === ref.id) await deleteByName(calls, pool, name);
    }
  }
}

export async function startDomain(calls: HostCalls, ref: InstanceRef): Promise<void> {
  const { dom, active } = await getOwn(calls, ref);
  if (active) return;
  try {
    await calls.call('domainCreateWithFlags', { dom, flags: 0 }, 'slow');
  } catch (error) {
    // Somebody else may have started it a moment before.
    if (!(await isActive(calls, ref))) throw error;
  }
}

async function isActive(calls: HostCalls, ref: InstanceRef): Promise<boolean> {
  const dom = await findDomain(calls, ref.id).catch(() => null);
  return dom !== null && dom.id !== -1;
}

export async function requestStop(calls: HostCalls, ref: InstanceRef): Promise<void> {
  const { dom, active } = await getOwn(calls, ref);
  if (!active) return;
  const flags = calls.isTestDriver ? 0 : SHUTDOWN_ACPI;
  await orNull([CODES.operationInvalid], calls.call('domainShutdownFlags', { dom, flags }, 'slow'));
}

export async function forceOff(calls: HostCalls, ref: InstanceRef): Promise<void> {
  const { dom, active } = await getOwn(calls, ref);
  if (!active) return;
  await orNull([CODES.operationInvalid], calls.call('domainDestroyFlags', { dom, flags: 0 }, 'slow'));
}

export async function reboot(calls: HostCalls, ref: InstanceRef): Promise<void> {
  const { dom } = await getRunning(calls, ref);
  await calls.call('domainReboot', { dom, flags: calls.isTestDriver ? 0 : SHUTDOWN_ACPI }, 'slow');
}

export async function reset(calls: HostCalls, ref: InstanceRef): Promise<void> {
  const { dom } = await getRunning(calls, ref);
  await calls.call('domainReset', { dom, flags: 0 }, 'slow');
}

export async function pause(calls: HostCalls, ref: InstanceRef): Promise<void> {
  const { dom, paused } = await getRunning(calls, ref);
  if (!paused) await calls.call('domainSuspend', { dom }, 'slow');
}

export async function resume(calls: HostCalls, ref: InstanceRef): Promise<void> {
  const { dom, paused } = await getRunning(calls, ref);
  if (paused) await calls.call('domainResume', { dom }, 'slow');
}

/**
 * The title is the human name, and can be changed at any time. libvirt renames only what is off, so the name of a
 * running domain follows with its next definition.
 */
export async function rename(calls: HostCalls, ref: InstanceRef, name: string): Promise<void> {
  const { dom, active } = await getOwn(calls, ref);
  const flags = active ? AFFECT_LIVE | AFFECT_CONFIG : AFFECT_CONFIG;
  await calls.call('domainSetMetadata', { dom, type: METADATA_TITLE, metadata: name, key: null, uri: null, flags });
  const wanted = domainName(name, ref.id);
  if (!active && dom.name !== wanted) await calls.call('domainRename', { dom, name: wanted, flags: 0 });
}

/** One of ours that runs. Throws DriverError `not_found`, `state_conflict`. */
export async function getRunning(calls: HostCalls, ref: InstanceRef): Promise<OwnDomain> {
  const found = await getOwn(calls, ref);
  if (!found.active) throw new DriverError('state_conflict', 'The VM does not run.', { outcome: 'not_done' });
  return found;
}

function refused(message: string): DriverError {
  return new DriverError('conflict', `${message} Atoll does not change it.`, { outcome: 'not_done' });
}
