import { expect, test } from 'vitest';
import { DockerError } from '#server/transport/docker-http/docker-error.ts';
import { TransportError } from '#server/transport/transport-error.ts';
import { dockerFailure } from './docker-failure.ts';

/** Words of dockerd 20.10 and containerd, some as they came from a daemon, some as their sources and reports have them. */
test.each([
  [500, 'write /var/lib/docker/overlay2/x: no space left on device', 'host_storage_full', 'unknown'],
  [500, 'driver failed: Bind for 0.0.0.0:80 failed: port is already allocated', 'port_taken', 'not_done'],
  [500, 'listen tcp4 0.0.0.0:22: bind: address already in use', 'port_taken', 'not_done'],
  [404, 'No such image: nginx:none', 'container_image_not_found', 'not_done'],
  [404, 'manifest for nginx:none not found: manifest unknown', 'container_image_not_found', 'not_done'],
  [404, 'pull access denied for x, repository does not exist', 'container_image_not_found', 'not_done'],
  [500, 'Get "https://r/v2/": dial tcp: lookup r: no such host', 'container_image_not_found', 'not_done'],
  [404, 'No such container: x', 'not_found', 'not_done'],
  [409, 'Container x is paused', 'state_conflict', 'not_done'],
  [400, 'invalid reference format', 'driver_failed', 'not_done'],
  [500, 'something else', 'driver_failed', 'unknown'],
  [503, 'not now', 'engine_unavailable', 'unknown'],
])('%i "%s" is %s, %s', (status, message, code, outcome) => {
  const failure = dockerFailure('POST /x', new DockerError(status, message));
  expect(failure).toMatchObject({ name: 'DriverError', code, outcome, engineMessage: message });
});

test('silence is unknown only when something had been sent', () => {
  expect(dockerFailure('x', new TransportError('refused', 'no'))).toMatchObject({
    code: 'engine_unavailable',
    outcome: 'not_done',
    retryable: true,
  });
  expect(dockerFailure('x', new TransportError('lost', 'cut'))).toMatchObject({ outcome: 'unknown', retryable: true });
  expect(dockerFailure('x', new TransportError('lost', 'cut', { sent: false }))).toMatchObject({ outcome: 'not_done' });
  expect(dockerFailure('x', new TransportError('host_key_mismatch', 'other'))).toMatchObject({
    code: 'host_key_mismatch',
    outcome: 'not_done',
    retryable: false,
  });
  expect(dockerFailure('x', new RangeError('bug'))).toMatchObject({ code: 'internal', outcome: 'unknown' });
});
