/** How long and how many. Times are milliseconds. */
export interface ConsoleLimits {
  /** Until the first frame must have come. */
  helloMs: number;
  /** Between two looks at the rights of all that is open: security.md 41 allows five seconds until a revoked one is closed. */
  rightsMs: number;
  /** Without a look that succeeded, everything is closed after this. */
  rightsUnknownMs: number;
  /** Nothing typed (VNC), or nothing typed and printed (the others), for so long ends a console. */
  idleMs: number;
  /** The longest a console may be open. */
  totalMs: number;
  /** Between two attempts to reopen. */
  reopenMs: number;
  /** Consoles of a user, over all workers. */
  perUser: number;
  /** Consoles and logs of this worker. */
  perWorker: number;
  /** Logs of a user that this worker streams. */
  logsPerUser: number;
}

export const defaultConsoleLimits: ConsoleLimits = {
  helloMs: 10_000,
  rightsMs: 3_000,
  rightsUnknownMs: 30_000,
  idleMs: 30 * 60_000,
  totalMs: 12 * 3_600_000,
  reopenMs: 1_000,
  perUser: 50,
  perWorker: 1_000,
  logsPerUser: 20,
};

/** Largest frame that a client may send: a pasted file comes in many. */
export const maxFrameBytes = 256 * 1024;
