import { expect, it } from 'vitest';
import { ChannelError, type ChannelErrorKind } from '#server/transport/libvirt-rpc/channel-error.ts';
import { LibvirtError } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import { TransportError } from '#server/transport/transport-error.ts';
import { DriverError } from '../driver.ts';
import { driverFailure } from './driver-failure.ts';

const NOTHING_CHANGED = { doing: 'Starting the VM', mayHaveChanged: false, wasCancelled: false };
const libvirt = (code: number, message = 'libvirt says so') =>
  new LibvirtError('domainCreate', {
    code,
    domain: 10,
    message,
    level: 2,
    dom: null,
    str1: null,
    str2: null,
    str3: null,
    int1: -1,
    int2: -1,
    net: null,
  });

it.each([
  [42, 'x', 'not_found', false],
  [49, 'x', 'host_unsuitable', false],
  [55, 'x', 'state_conflict', false],
  [29, 'x', 'host_unsuitable', false],
  [68, 'x', 'timeout', true],
  [86, 'x', 'timeout', true],
  [9, "operation failed: domain 'web' already exists with uuid 1", 'name_taken', false],
  [38, 'cannot write: No space left on device', 'host_storage_full', false],
  [1, 'qemu-img: No space left on device', 'host_storage_full', false],
  [1, 'something else', 'driver_failed', false],
  [9999, 'x', 'driver_failed', false],
])('libvirt error %i (%s) is %s', (code, message, expected, retryable) => {
  const failure = driverFailure(libvirt(code, message), NOTHING_CHANGED);
  expect(failure).toMatchObject({ code: expected, retryable, outcome: 'not_done', engineMessage: message });
  expect(failure.message).toBe(`Starting the VM failed: ${message}`);
});

it.each([
  ['disconnected', 'engine_unavailable'],
  ['closed', 'engine_unavailable'],
  ['protocol', 'engine_unavailable'],
  ['timeout', 'timeout'],
  ['aborted', 'timeout'],
  ['auth', 'host_unsuitable'],
] as [ChannelErrorKind, string][])('a call that is %s is %s', (kind, expected) => {
  expect(driverFailure(new ChannelError(kind, 'x'), NOTHING_CHANGED).code).toBe(expected);
});

it('tells why the machine cannot be reached, through all layers', () => {
  const transport = new TransportError('host_key_mismatch', 'another key');
  const inner = new ChannelError('disconnected', 'x', { cause: transport });
  const outer = new ChannelError('disconnected', 'x', { cause: inner });
  expect(driverFailure(outer, NOTHING_CHANGED)).toMatchObject({ code: 'host_key_mismatch', retryable: false });
});

it('says unknown when something may have changed, and cancelled when the caller cancelled', () => {
  const error = new ChannelError('aborted', 'x', { sent: true });
  expect(driverFailure(error, { ...NOTHING_CHANGED, mayHaveChanged: true }).outcome).toBe('unknown');
  expect(driverFailure(error, { ...NOTHING_CHANGED, wasCancelled: true }).code).toBe('cancelled');
});

it('lets our own refusals pass as they are', () => {
  const refusal = new DriverError('conflict', 'not ours', { outcome: 'not_done' });
  expect(driverFailure(refusal, { ...NOTHING_CHANGED, mayHaveChanged: true })).toBe(refusal);
});
