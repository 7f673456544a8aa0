/** How one error code is told over HTTP and tRPC, and what a person can do about it. */
export interface ErrorSpec {
  http: number;
  trpc: TrpcCode;
  /** Short English title; the browser translates by code. */
  title: string;
  /** What to do now. */
  hint: string;
}

/** The tRPC codes that Atoll uses (names of @trpc/server's TRPC_ERROR_CODE_KEY). */
export type TrpcCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'PRECONDITION_FAILED'
  | 'PRECONDITION_REQUIRED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'UNPROCESSABLE_CONTENT'
  | 'TOO_MANY_REQUESTS'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

const spec = (http: number, trpc: TrpcCode, title: string, hint: string): ErrorSpec => ({ http, trpc, title, hint });

/** The one table: code → HTTP → tRPC → what to do. A test walks it. */
export const errorTable = {
  validation_failed: spec(
    400,
    'BAD_REQUEST',
    'Some fields are not valid',
    'Correct the fields that are named and send the request again.',
  ),
  bad_request: spec(
    400,
    'BAD_REQUEST',
    'The request cannot be understood',
    'Compare the request with the API document at /api/v1/openapi.json.',
  ),
  method_not_allowed: spec(
    405,
    'BAD_REQUEST',
    'This method is not possible here',
    'See the header Allow and the API document at /api/v1/openapi.json.',
  ),
  unsupported_media_type: spec(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'Only JSON is accepted here',
    'Send the header Content-Type: application/json.',
  ),
  unauthenticated: spec(
    401,
    'UNAUTHORIZED',
    'You are not signed in',
    'Sign in, or send a valid token as Authorization: Bearer.',
  ),
  sign_in_failed: spec(
    401,
    'UNAUTHORIZED',
    'E-mail or password is wrong',
    'Check both and try again; an admin can reset a password.',
  ),
  second_factor_failed: spec(
    401,
    'UNAUTHORIZED',
    'The second factor was not accepted',
    'Try again with the next code, a recovery code or your passkey.',
  ),
  sign_in_unavailable: spec(
    503,
    'SERVICE_UNAVAILABLE',
    'This way to sign in does not work now',
    'Sign in another way; an admin can test it at System, Sign-in.',
  ),
  sign_in_expired: spec(401, 'UNAUTHORIZED', 'This sign-in has ended', 'Begin again with signing in.'),
  step_up_required: spec(
    403,
    'FORBIDDEN',
    'Prove that it is you',
    'Give your password, a code or a passkey again; it counts for ten minutes.',
  ),
  forbidden: spec(
    403,
    'FORBIDDEN',
    'You may not do this',
    'Ask an owner of the project or an admin for the missing permission.',
  ),
  not_found: spec(
    404,
    'NOT_FOUND',
    'There is no such thing here',
    'Check the id; it may have been deleted, or belong to another project.',
  ),
  conflict: spec(409, 'CONFLICT', 'This conflicts with what is there', 'Reload and try again.'),
  name_taken: spec(409, 'CONFLICT', 'This name is taken', 'Choose another name.'),
  state_conflict: spec(
    409,
    'CONFLICT',
    'Not possible in this state',
    'Wait for the running operation or bring it to the right state first.',
  ),
  in_use: spec(409, 'CONFLICT', 'It is still in use', 'Remove what uses it first.'),
  quota_exceeded: spec(
    409,
    'CONFLICT',
    'The quota of the project is used up',
    'Delete something, choose a smaller size or ask an admin for more.',
  ),
  no_valid_host: spec(
    409,
    'CONFLICT',
    'No host can take it',
    'See the reasons per host; choose a smaller size or add a host.',
  ),
  idempotency_in_flight: spec(
    409,
    'CONFLICT',
    'The same request is still running',
    'Wait for Retry-After seconds and repeat with the same key.',
  ),
  idempotency_mismatch: spec(
    422,
    'UNPROCESSABLE_CONTENT',
    'The Idempotency-Key was used for another request',
    'Use a fresh key for a different request.',
  ),
  precondition_failed: spec(
    412,
    'PRECONDITION_FAILED',
    'It has changed since you read it',
    'Read it again and repeat with the new ETag.',
  ),
  precondition_required: spec(
    428,
    'PRECONDITION_REQUIRED',
    'If-Match is missing',
    'Read the resource and send its ETag as If-Match.',
  ),
  idempotency_key_required: spec(
    400,
    'BAD_REQUEST',
    'Idempotency-Key is missing',
    'Send a unique Idempotency-Key header with every POST made with a token.',
  ),
  payload_too_large: spec(
    413,
    'PAYLOAD_TOO_LARGE',
    'The request is too large',
    'Send less; large files go through image upload.',
  ),
  image_unsafe: spec(
    422,
    'UNPROCESSABLE_CONTENT',
    'The image is not safe to use',
    'Convert it to a plain qcow2 or raw image without backing or external files.',
  ),
  image_invalid: spec(422, 'UNPROCESSABLE_CONTENT', 'The image cannot be used', 'Upload a qcow2, raw or ISO image.'),
  image_not_ready: spec(409, 'CONFLICT', 'The image is not ready', 'Wait until its upload or import has finished.'),
  checksum_mismatch: spec(
    422,
    'UNPROCESSABLE_CONTENT',
    'The checksum does not match',
    'Compare the checksum with the publisher; upload or import again.',
  ),
  url_forbidden: spec(
    422,
    'UNPROCESSABLE_CONTENT',
    'Atoll does not fetch from this address',
    'Use a public http(s) address, or upload the file.',
  ),
  download_failed: spec(
    422,
    'UNPROCESSABLE_CONTENT',
    'The download failed',
    'Check the address and whether this server can reach it.',
  ),
  host_unreachable: spec(
    503,
    'SERVICE_UNAVAILABLE',
    'The host does not answer',
    'Check that the machine runs and is reachable by SSH, then try again.',
  ),
  host_auth_failed: spec(
    422,
    'UNPROCESSABLE_CONTENT',
    'The host refused the sign-in',
    "Put Atoll's public key into authorized_keys of that user, or correct the password.",
  ),
  host_key_mismatch: spec(
    409,
    'CONFLICT',
    'The host key is not the one that was confirmed',
    'If you reinstalled the host, confirm its new key; otherwise somebody may be in between.',
  ),
  host_quarantined: spec(
    409,
    'CONFLICT',
    'The host is in quarantine',
    'Look at the reason on the page of the host and confirm its key again.',
  ),
  host_unsuitable: spec(
    422,
    'UNPROCESSABLE_CONTENT',
    'The host is not ready for Atoll',
    'See the red lines of the host doctor; each says what to do.',
  ),
  host_storage_full: spec(
    507,
    'INTERNAL_SERVER_ERROR',
    'The storage of the host is full',
    'Free space in the storage pool of the host or use another host.',
  ),
  engine_unavailable: spec(
    503,
    'SERVICE_UNAVAILABLE',
    'libvirt or Docker does not answer on the host',
    'Start the daemon on the host; the host doctor names the command.',
  ),
  container_image_not_found: spec(
    422,
    'UNPROCESSABLE_CONTENT',
    'The container image cannot be pulled',
    'Check the name and tag, or load the image from a tar file.',
  ),
  port_taken: spec(409, 'CONFLICT', 'The port of the host is taken', 'Choose another host port, or leave it empty.'),
  driver_failed: spec(
    502,
    'INTERNAL_SERVER_ERROR',
    'The host reported an error',
    'Read the message of the host; repeat when its cause is gone.',
  ),
  timeout: spec(504, 'INTERNAL_SERVER_ERROR', 'It took too long', 'Look at the load of the host and try again.'),
  cancelled: spec(409, 'CONFLICT', 'It was cancelled', 'Start it again if you still want it.'),
  events_gone: spec(410, 'NOT_FOUND', 'These events are no longer kept', 'Read the lists again and follow from now.'),
  rate_limited: spec(429, 'TOO_MANY_REQUESTS', 'Too many requests', 'Wait for Retry-After seconds.'),
  setup_done: spec(
    410,
    'NOT_FOUND',
    'This link cannot be used any more',
    'Links work once and for a limited time; run: npm run atoll -- user reset',
  ),
  unavailable: spec(503, 'SERVICE_UNAVAILABLE', 'Atoll is busy or restarting', 'Try again in a few seconds.'),
  internal: spec(
    500,
    'INTERNAL_SERVER_ERROR',
    'Something went wrong inside Atoll',
    'Try again; an admin finds the cause in the log under the request id.',
  ),
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof errorTable;

/** One field that is wrong: a JSON pointer into the input (RFC 6901), a code and a message for people. */
export interface FieldError {
  pointer: string;
  code: string;
  message: string;
}

export interface AtollErrorOptions {
  /** For logs only: never sent to a client. */
  detail?: string;
  cause?: unknown;
  fields?: FieldError[];
  /** Values for translated messages; never secret. */
  params?: Record<string, string | number>;
  /** Overrides the hint of the table where more is known. */
  hint?: string;
  /** Extra members of the problem document, such as reasons per host. */
  extra?: Record<string, unknown>;
  /** Seconds after which a repeat makes sense; sent as Retry-After. */
  retryAfterSeconds?: number;
}

/** The one error class: a code of {@link errorTable}, a message for people, a detail for logs, a cause. */
export class AtollError extends Error {
  readonly code: ErrorCode;
  readonly options: AtollErrorOptions;

  constructor(code: ErrorCode, message?: string, options: AtollErrorOptions = {}) {
    super(message ?? errorTable[code].title, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AtollError';
    this.code = code;
    this.options = options;
  }

  get spec(): ErrorSpec {
    return errorTable[this.code];
  }

  get hint(): string {
    return this.options.hint ?? this.spec.hint;
  }
}
