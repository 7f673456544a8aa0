import os from 'node:os';
import { type ConstantScript, constantScript } from '../constant-script.ts';

/** Stands before the pid of the script in its output; what the account's own start-up files print comes earlier. */
const mark = '\x1e';

/**
 * The command line for sshd. The account's own shell parses it, whichever that is; single quotes mean the same in all.
 * The pid comes first, because sshd kills a script neither when its channel closes nor, for root, when it is asked to
 * (session_signal_req of OpenSSH's session.c needs privilege separation).
 */
export function commandLine(script: ConstantScript): string {
  const quoted = `printf '\\036%s\\n' "$$"\n${script}`.replaceAll("'", `'\\''`);
  return `exec /bin/sh -c '${quoted}'`;
}

/** Kills the process group whose leader's pid comes on stdin: sshd starts each command in a session of its own. */
export const killScript = constantScript`read -r pid && kill -KILL "-$pid"`;

/** Tells the pid line from the script's own output. */
export function splitOutput(stdout: string): { pid: string | null; stdout: string } {
  const found = new RegExp(`${mark}(\\d+)\n`).exec(stdout);
  if (!found?.[1]) return { pid: null, stdout };
  return { pid: found[1], stdout: stdout.slice(found.index + found[0].length) };
}

/** What a shell would answer: the code, or 128 + the number of the signal (`TERM`, or `SIGTERM` as ssh2 writes it). */
export function exitCode(code: number | null, signalName: string | undefined): number {
  if (code !== null) return code;
  const name = `SIG${(signalName ?? '').replace(/^SIG/, '')}` as NodeJS.Signals;
  return 128 + (os.constants.signals[name] ?? 0);
}
