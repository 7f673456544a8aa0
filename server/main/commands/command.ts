import type { DataDirectory } from '../data-directory.ts';

/** What every command is given. */
export interface CommandContext {
  directory: DataDirectory;
  /** Of the environment; null: the embedded PostgreSQL. */
  databaseUrl: string | null;
  env: NodeJS.ProcessEnv;
}

/** Whoever runs commands is known to the machine, not to Atoll. */
export const commandActor = { id: null, name: 'the atoll command' } as const;

/** What a command answers: `json` with --json, otherwise `text`. */
export interface CommandAnswer {
  json: unknown;
  text: string;
  /** Default 0. */
  exitCode?: number;
}

export interface Command {
  /** After `atoll`, as in the usage. */
  usage: string;
  summary: string;
  /** Makes a data directory where there is none. */
  startsAnew?: boolean;
  /** The words that name it: `token create`. */
  words: readonly string[];
  /** Reads what follows the words. @throws UsageError, errors of parseArgs, and what the command itself meets. */
  run(args: string[], context: CommandContext): Promise<CommandAnswer>;
}
