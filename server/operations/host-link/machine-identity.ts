import { sha256 } from '#server/platform/hash.ts';
import { constantScript } from '#server/transport/constant-script.ts';
import type { Machine } from '#server/transport/machine.ts';
import { TransportError } from '#server/transport/transport-error.ts';
import { transportFailure } from './transport-failure.ts';

/*
 * A host key says who answers, but a disk image carries it to a second machine, and an address may lead there tomorrow
 * (reliability.md F26). So the machine is asked who it is each time that a connection is made, before anything else.
 * /etc/machine-id is what a Linux is known by: systemd and D-Bus make it at the installation. libvirt's host UUID is not asked: without SMBIOS
 * libvirtd draws another at each start. The id itself is confidential (machine-id(5)), so only its hash is kept.
 */

/** What a host was confirmed to be. */
export interface KnownHost {
  name: string;
  machineId: string | null;
  fingerprint: string | null;
}

const identityScript = constantScript`cat /etc/machine-id 2>/dev/null || cat /var/lib/dbus/machine-id 2>/dev/null || true`;
const timeoutMs = 15_000;

/** A machine's or an engine's own id as it is kept, in the form of a fingerprint. */
export const identityOf = (kind: 'machine' | 'docker', id: string): string =>
  `SHA256:${Buffer.from(sha256(`atoll ${kind} ${id}`))
    .toString('base64')
    .replace(/=+$/, '')}`;

/** Who a machine says that it is; null where it has no id. @throws TransportError. */
export async function askIdentity(machine: Machine, signal: AbortSignal): Promise<string | null> {
  const { stdout } = await machine.runScript(identityScript, { signal, timeoutMs });
  const id = /^[0-9a-f]{32}$/.exec(stdout.trim())?.[0];
  return id === undefined ? null : identityOf('machine', id);
}

/** Whether what is kept was made by {@link identityOf}: rows of older versions hold ids of engines. */
const isIdentity = (kept: string | null): kept is string => kept?.startsWith('SHA256:') === true;

/**
 * Refuses another machine than the one that is known. Nothing is known before the first look, and an answer that is missing proves
 * nothing.
 *
 * @throws TransportError machine_mismatch, with what an admin would confirm.
 */
export function requireIdentity(host: KnownHost, offered: string | null): void {
  if (offered === null || !isIdentity(host.machineId) || offered === host.machineId) return;
  throw new TransportError('machine_mismatch', `${host.name} is another machine than the one that was confirmed`, {
    offeredFingerprint: host.fingerprint ?? offered,
  });
}

/** As {@link requireIdentity}, in the words of drivers. @throws DriverError host_key_mismatch, not done. */
export function requireKnown(host: KnownHost, offered: string | null): void {
  try {
    requireIdentity(host, offered);
  } catch (error) {
    throw transportFailure(error);
  }
}

/** Connects, and makes sure that it is the known machine; another is hung up on. */
export async function connectKnown(
  known: () => Promise<KnownHost>,
  connect: () => Promise<Machine>,
  signal: AbortSignal,
): Promise<Machine> {
  const machine = await connect();
  try {
    requireIdentity(await known(), await askIdentity(machine, signal));
    return machine;
  } catch (error) {
    machine.close();
    throw error;
  }
}
