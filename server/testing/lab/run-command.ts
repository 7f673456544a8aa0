import { execFile } from 'node:child_process';

export interface CommandOptions {
  /** Written to the command's stdin. */
  input?: string | Buffer;
  timeoutMs?: number;
}

/** A command that ended with something else than 0, with what it wrote. */
export class CommandError extends Error {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;

  constructor(argv: readonly string[], exitCode: number | null, stdout: string, stderr: string) {
    super(`${argv.join(' ')} ended with ${exitCode ?? 'a signal'}: ${stderr.trim() || stdout.trim()}`);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/**
 * Runs a program without a shell and answers what it wrote to stdout.
 * @throws CommandError when it ends with anything but 0, or not within the timeout (60 s unless told).
 */
export function runCommand(argv: readonly [string, ...string[]], options: CommandOptions = {}): Promise<string> {
  const [program, ...args] = argv;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(
    program,
    args,
    { timeout: options.timeoutMs ?? 60_000, maxBuffer: 64 * 1024 * 1024 },
    (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const exitCode = typeof error.code === 'number' ? error.code : null;
      reject(new CommandError(argv, exitCode, stdout, stderr || error.message));
    },
  );
  child.stdin?.on('error', () => child.stdin?.destroy()); // the command may end without reading its input
  child.stdin?.end(options.input ?? '');
  return promise;
}
