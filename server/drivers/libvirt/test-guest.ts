import { randomBytes, randomUUID } from 'node:crypto';
import { LIBVIRT_ERROR_CODES as CODES, LibvirtError } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import type { LibvirtEvent } from '#server/transport/libvirt-rpc/procedure.ts';
import type { StoragePool } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import type { RpcChannel } from '#server/transport/libvirt-rpc/rpc-channel.ts';
import { subscribe } from '#server/transport/libvirt-rpc/subscribe.ts';
import { type HostCalls, orNull } from './host-calls.ts';
import { OWN_POOL_NAME } from './names.ts';
import { listActivePools, poolXml, readPool } from './pool.ts';
import { testGuestDisk } from './test-guest-code.ts';
import { deleteByName, findByName, volumeXml } from './volume.ts';
import { buildXml, element } from './xml-element.ts';

/** It takes half a second where KVM works. */
const DEADLINE_MS = 15_000;
const DISK_NAME = 'atoll-test-guest.img';
const TEMPORARY_POOL = { name: 'atoll-test-guest', path: '/var/lib/libvirt/images/atoll-test-guest' };
/** The domain dies with the channel that made it, whatever happens to us. */
const CREATE_AUTODESTROY = 2;
const POOL_CREATE_WITH_BUILD = 1;
/** virDomainEventType and virDomainEventStoppedDetailType. */
const EVENT_SUSPENDED = 3;
const EVENT_STOPPED = 5;
const STOPPED_SHUTDOWN = 0;

export type TestGuestResult = { boots: true; tookMs: number } | { boots: false; why: string };

/**
 * Boots a guest of one sector that enters long mode, computes and turns itself off. It proves that the processor's
 * virtualisation truly works, or with type `qemu` that the emulator does. Leaves nothing behind.
 */
export async function bootTestGuest(
  calls: HostCalls,
  { deadlineMs = DEADLINE_MS, ...guest }: { domainType: 'kvm' | 'qemu'; machine: string; deadlineMs?: number },
): Promise<TestGuestResult> {
  const { pool, release } = await borrowPool(calls);
  try {
    const xml = volumeXml({ name: DISK_NAME, capacityBytes: testGuestDisk().length, format: 'raw' });
    const found = await findByName(calls, pool, DISK_NAME);
    const vol = found ?? (await calls.call('storageVolCreateXML', { pool, xml, flags: 0 }, 'slow')).vol;
    await calls.upload(vol, diskContent());
    return await calls.withChannel((channel) =>
      watchBoot(calls, channel, { ...guestXml(pool.name, guest), deadlineMs }),
    );
  } finally {
    await deleteByName(calls, pool, DISK_NAME);
    await release();
  }
}

async function* diskContent(): AsyncIterable<Uint8Array> {
  yield testGuestDisk();
}

/** A pool of folders that is there, else one that exists only for the test. */
async function borrowPool(calls: HostCalls): Promise<{ pool: StoragePool; release: () => Promise<void> }> {
  const pools = (await listActivePools(calls)).toSorted((a) => (a.name === OWN_POOL_NAME ? -1 : 1));
  for (const pool of pools) {
    if ((await readPool(calls, pool)).path !== null) return { pool, release: async () => undefined };
  }
  const xml = poolXml(TEMPORARY_POOL.name, TEMPORARY_POOL.path);
  const { pool } = await calls.call('storagePoolCreateXML', { xml, flags: POOL_CREATE_WITH_BUILD }, 'slow');
  const release = async () => {
    // Deleting a pool wants it inactive, and a transient one is gone then: its empty folder stays.
    await orNull([CODES.noStoragePool], calls.call('storagePoolDestroy', { pool }, 'slow'));
  };
  return { pool, release };
}

async function watchBoot(
  calls: HostCalls,
  channel: RpcChannel,
  document: GuestDocument & { deadlineMs: number },
): Promise<TestGuestResult> {
  const { deadlineMs } = document;
  const { promise, resolve } = Promise.withResolvers<TestGuestResult>();
  const started = performance.now();
  channel.on('event', (event: LibvirtEvent) => {
    if (event.name !== 'lifecycle' || event.body.dom.uuid !== document.uuid) return;
    const { event: kind, detail } = event.body;
    if (kind === EVENT_STOPPED && detail === STOPPED_SHUTDOWN) {
      resolve({ boots: true, tookMs: Math.round(performance.now() - started) });
    } else if (kind === EVENT_STOPPED) {
      resolve({ boots: false, why: 'the emulator ended by itself' });
    } else if (kind === EVENT_SUSPENDED) {
      resolve({ boots: false, why: 'the processor could not go on (KVM internal error)' });
    }
  });
  void channel.closed.then((error) => resolve({ boots: false, why: error.message }));
  const timer = setTimeout(
    () => resolve({ boots: false, why: `it did not finish within ${deadlineMs / 1_000} seconds` }),
    deadlineMs,
  );
  try {
    const options = { timeoutMs: deadlineMs, signal: calls.signal };
    await subscribe(channel, 'lifecycle', options);
    const { dom } = await channel.call('domainCreateXML', { xml: document.xml, flags: CREATE_AUTODESTROY }, options);
    const result = await promise;
    await orNull([CODES.noDomain, CODES.operationInvalid], channel.call('domainDestroyFlags', { dom, flags: 0 }));
    return result;
  } catch (error) {
    if (error instanceof LibvirtError) return { boots: false, why: error.message };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

interface GuestDocument {
  uuid: string;
  xml: string;
}

function guestXml(pool: string, { domainType, machine }: { domainType: string; machine: string }): GuestDocument {
  const uuid = randomUUID();
  const disk = element(
    'disk',
    { type: 'volume', device: 'disk' },
    element('driver', { name: 'qemu', type: 'raw' }),
    element('source', { pool, volume: DISK_NAME }),
    element('target', { dev: 'vda', bus: 'virtio' }),
    element('readonly'),
  );
  const cpu =
    domainType === 'kvm'
      ? element('cpu', { mode: 'host-model' })
      : element('cpu', { mode: 'custom', match: 'exact' }, element('model', { fallback: 'forbid' }, 'qemu64'));
  const xml = buildXml(
    element(
      'domain',
      { type: domainType },
      element('name', {}, `atoll-test-guest-${randomBytes(4).toString('hex')}`),
      element('uuid', {}, uuid),
      element('memory', { unit: 'MiB' }, 32),
      element('vcpu', {}, 1),
      element('os', {}, element('type', { arch: 'x86_64', machine }, 'hvm')),
      element('features', {}, element('acpi'), element('apic')),
      cpu,
      element('on_poweroff', {}, 'destroy'),
      // A triple fault is no success: it goes round until the deadline.
      element('on_reboot', {}, 'restart'),
      element('devices', {}, disk, element('memballoon', { model: 'none' })),
    ),
  );
  return { uuid, xml };
}
