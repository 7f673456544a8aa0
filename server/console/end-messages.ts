import type { ConsoleEnd } from '#server/contract/console.ts';

/** English, for programs and logs; the browser translates by reason. */
export const endMessages: Record<ConsoleEnd, string> = {
  closed: 'The console was closed.',
  exited: 'The command has ended.',
  instance_stopped: 'The instance does not run.',
  instance_deleted: 'The instance is not in this project any more.',
  host_unreachable: 'The host does not answer.',
  right_revoked: 'You may not open this console any more.',
  signed_out: 'You are signed out, or the token was revoked.',
  idle: 'Nothing was typed for a long time.',
  time_limit: 'The console was open for as long as a console may be.',
  taken_over: 'Somebody else has taken the console.',
  overflow: 'The console prints faster than it is read.',
  busy: 'Somebody else has the console. Open it with takeOver to take it from them.',
  failed: 'The console broke. Open it again.',
};

const normal = 1000;
const policyViolation = 1008;
const internalError = 1011;
const tryAgainLater = 1013;

/** Codes of the WebSocket's close (RFC 6455 §7.4.1). */
export const closeCodes: Record<ConsoleEnd, number> = {
  closed: normal,
  exited: normal,
  instance_stopped: normal,
  instance_deleted: policyViolation,
  host_unreachable: tryAgainLater,
  right_revoked: policyViolation,
  signed_out: policyViolation,
  idle: normal,
  time_limit: normal,
  taken_over: normal,
  overflow: policyViolation,
  busy: tryAgainLater,
  failed: internalError,
};

/** Of a ticket that is not good, and of one console too many. */
export const refusedCode = policyViolation;
export const tooManyCode = tryAgainLater;
