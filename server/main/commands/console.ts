import { parseArgs } from 'node:util';
import { openTerminal } from '../console-client.ts';
import { originFile, readIfThere } from '../data-directory.ts';
import { UsageError } from '../usage-error.ts';
import type { Command, CommandContext } from './command.ts';

/** `console NAME` and `exec NAME -- COMMAND`: a terminal on an instance of the running Atoll, with the rights of a token. */
const options = {
  project: { type: 'string' },
  user: { type: 'string' },
  dir: { type: 'string' },
  'take-over': { type: 'boolean' },
  'view-only': { type: 'boolean' },
} as const;

async function connection({ env, directory }: CommandContext): Promise<{ origin: string; token: string }> {
  const token = env.ATOLL_TOKEN;
  if (!token)
    throw new UsageError(
      'Set ATOLL_TOKEN to an API token that carries instance:read and instance:console (page Settings).',
    );
  const origin = env.ATOLL_ORIGIN || (await readIfThere(originFile(directory))) || 'http://127.0.0.1:3000';
  return { origin, token };
}

export const consoleCommand: Command = {
  words: ['console'],
  usage: 'console NAME [--project SLUG] [--take-over] [--view-only]',
  summary: 'the serial console of a VM, or what a container runs; Ctrl-] leaves it (ATOLL_TOKEN)',
  async run(args, context) {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [name] = positionals;
    if (name === undefined || positionals.length > 1) throw new UsageError('Say which one: console NAME');
    const asked = { viewOnly: values['view-only'] ?? false, takeOver: values['take-over'] ?? false };
    const exitCode = await openTerminal({
      ...(await connection(context)),
      name,
      project: values.project ?? null,
      escapes: true,
      bodyOf: (kind) => ({ kind: kind === 'vm' ? 'serial' : 'attach', ...asked }),
    });
    return { json: { exitCode }, text: '', exitCode };
  },
};

export const execCommand: Command = {
  words: ['exec'],
  usage: 'exec NAME [--project SLUG] [--user USER] [--dir DIR] [-- COMMAND…]',
  summary: 'run a command, or the first shell there is, in a container; ends with its exit code (ATOLL_TOKEN)',
  async run(args, context) {
    const cut = args.indexOf('--');
    const own = cut < 0 ? args : args.slice(0, cut);
    const command = cut < 0 ? [] : args.slice(cut + 1);
    const { values, positionals } = parseArgs({ args: [...own], options, allowPositionals: true });
    const [name] = positionals;
    if (name === undefined || positionals.length > 1)
      throw new UsageError('Say what to run where: exec NAME -- COMMAND');
    const exitCode = await openTerminal({
      ...(await connection(context)),
      name,
      project: values.project ?? null,
      escapes: false,
      bodyOf: () => ({
        kind: 'exec',
        tty: process.stdin.isTTY === true && process.stdout.isTTY === true,
        ...(command.length > 0 && { command }),
        ...(values.user !== undefined && { user: values.user }),
        ...(values.dir !== undefined && { workingDir: values.dir }),
      }),
    });
    return { json: { exitCode }, text: '', exitCode };
  },
};
