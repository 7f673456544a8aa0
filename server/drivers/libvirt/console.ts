import type { Duplex } from 'node:stream';
import { LIBVIRT_ERROR_CODES as CODES, LibvirtError } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import type { Machine } from '#server/transport/machine.ts';
import { type ConsoleOutcome, type ConsoleTarget, DriverError, type HostConsole, type InstanceRef } from '../driver.ts';
import { getRunning } from './domain.ts';
import type { HostCalls } from './host-calls.ts';
import { elementsAt, parseXml } from './xml-reader.ts';

/** virDomainConsoleFlags: the one who has the console loses it. Without it, a second one is refused. */
const CONSOLE_FORCE = 1;
const CONSOLE_SAFE = 2;

/** Opens the VNC or serial console of a running VM. Throws DriverError as {@link Driver.openConsole} says. */
export async function openDomainConsole(
  calls: HostCalls,
  machine: Machine,
  ref: InstanceRef,
  target: ConsoleTarget,
): Promise<HostConsole> {
  if (target.kind === 'vnc') return openVnc(calls, machine, ref);
  if (target.kind === 'serial') return openSerial(calls, ref, target.takeOver);
  throw new DriverError('state_conflict', 'A VM has the consoles vnc and serial.', { outcome: 'not_done' });
}

async function openVnc(calls: HostCalls, machine: Machine, ref: InstanceRef): Promise<HostConsole> {
  const { dom } = await getRunning(calls, ref);
  const { xml } = await calls.call('domainGetXMLDesc', { dom, flags: 0 });
  const path = vncSocket(xml);
  if (path === null) {
    const message = 'The VM has no VNC console on a unix socket: stop it and start it again.';
    throw new DriverError('state_conflict', message, { outcome: 'not_done' });
  }
  const stream = await machine.openUnixSocket(path, { signal: calls.signal });
  stream.on('error', () => undefined);
  return { stream, resize: null, outcome: async () => ({ end: 'lost' }) };
}

/** Where QEMU listens for VNC, as the document of the running domain says; the path is another with every start. */
export function vncSocket(xml: string): string | null {
  for (const graphics of elementsAt(parseXml(xml), 'devices', 'graphics')) {
    if (graphics.attributes.type !== 'vnc') continue;
    const listen = elementsAt(graphics, 'listen').find((each) => each.attributes.type === 'socket');
    const path = listen?.attributes.socket ?? graphics.attributes.socket;
    if (path?.startsWith('/')) return path;
  }
  return null;
}

async function openSerial(calls: HostCalls, ref: InstanceRef, takeOver: boolean): Promise<HostConsole> {
  const { dom } = await getRunning(calls, ref);
  let stream: Duplex;
  try {
    stream = await calls.openConsole(dom, takeOver ? CONSOLE_FORCE : CONSOLE_SAFE);
  } catch (error) {
    throw consoleRefusal(error);
  }
  let outcome: ConsoleOutcome = { end: 'lost' };
  stream.on('error', (error) => {
    // libvirt aborts the stream of whom it takes the console from.
    if (error instanceof LibvirtError && /abort|taken|replaced/i.test(error.message)) outcome = { end: 'taken_over' };
  });
  return { stream, resize: null, outcome: async () => outcome };
}

/** libvirt refuses a second reader; and, in the moment in which QEMU starts, everybody: there is no terminal yet. */
function consoleRefusal(error: unknown): unknown {
  if (!(error instanceof LibvirtError)) return error;
  if (error.code === CODES.operationFailed && /active console/i.test(error.message)) {
    const message = 'Somebody else has the serial console of this VM.';
    return new DriverError('in_use', message, { outcome: 'not_done', cause: error });
  }
  if (error.code === CODES.operationDenied || error.code === CODES.accessDenied) return error;
  const message = 'The VM has no serial console yet.';
  const { message: engineMessage } = error;
  return new DriverError('state_conflict', message, { outcome: 'not_done', engineMessage, cause: error });
}
