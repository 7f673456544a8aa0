import { expect, it } from 'vitest';
import { failureOf } from './failure.ts';
import { CancelRequested } from './interruption.ts';

class HostCallError extends Error {
  readonly outcome = 'not_done';
  readonly retryable = false;
  readonly engineMessage = null;
  readonly code: string;
  constructor(code: string) {
    super('The call was given up.');
    this.code = code;
  }
}

it('ends as cancelled only what somebody asked to cancel', () => {
  expect(failureOf(new CancelRequested())).toMatchObject({ code: 'cancelled', repeatable: false });
  expect(failureOf(new HostCallError('cancelled'))).toMatchObject({ code: 'host_unreachable', repeatable: true });
});

it('keeps the code of a host call that failed', () => {
  expect(failureOf(new HostCallError('host_storage_full'))).toMatchObject({
    code: 'host_storage_full',
    repeatable: false,
  });
});
