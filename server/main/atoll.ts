import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createLog } from '#server/platform/log.ts';
import { allCommands } from './commands/all-commands.ts';
import type { Command } from './commands/command.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { isUsageError, UsageError } from './usage-error.ts';

/** `npm run atoll -- COMMAND`: the local admin's tool. Whoever can run it owns the server, so it asks for no password. */
const usage = [
  'Usage: npm run atoll -- [--data DIR] [--json] COMMAND',
  ...allCommands.map((command) => `  ${command.usage}\n      ${command.summary}`),
  'Environment: DATABASE_URL (your own PostgreSQL), ATOLL_ORIGIN, ATOLL_PASSPHRASE (of backups), ATOLL_TOKEN (of consoles)',
].join('\n');

interface Invocation {
  command: Command;
  rest: string[];
  dataDir: string;
  json: boolean;
}

/** Takes --data, --json and --help from anywhere; what is left is the command and its own words. Null: help. */
function readInvocation(args: readonly string[]): Invocation | null {
  const left: string[] = [];
  let dataDir = 'data';
  let json = false;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--') {
      // What follows belongs to another program.
      left.push(...args.slice(at));
      break;
    }
    if (word === '--help' || word === '-h') return null;
    if (word === '--json') json = true;
    else if (word === '--data') dataDir = args[++at] ?? '';
    else if (word.startsWith('--data=')) dataDir = word.slice('--data='.length);
    else left.push(word);
  }
  if (left.length === 0) return null;
  if (dataDir === '') throw new UsageError('--data: name the data directory.');
  const command = allCommands.find(({ words }) => words.every((word, index) => left[index] === word));
  if (!command) throw new UsageError(`There is no command "${left.slice(0, 2).join(' ')}".`);
  return { command, rest: left.slice(command.words.length), dataDir: resolve(dataDir), json };
}

async function main(): Promise<number> {
  const invocation = readInvocation(process.argv.slice(2));
  if (invocation === null) {
    console.log(usage);
    return 0;
  }
  const { command, rest, dataDir, json } = invocation;
  if (!command.startsAnew && !existsSync(join(dataDir, 'secrets'))) {
    throw new UsageError(
      `There is no data of Atoll in ${dataDir}: name its directory with --data, or start Atoll first.`,
    );
  }
  const directory = await prepareDataDirectory(dataDir);
  const context = { directory, databaseUrl: process.env.DATABASE_URL || null, env: process.env };
  const answer = await command.run(rest, context);
  if (json) console.log(JSON.stringify(answer.json, null, 2));
  else if (answer.text !== '') console.log(answer.text);
  return answer.exitCode ?? 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (isUsageError(error)) console.error(`${error.message}\n“npm run atoll -- --help” lists the commands.`);
  else {
    createLog({ process: 'atoll', level: 'debug' }).debug({ err: error }, 'the command failed');
    console.error(`It did not work: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exitCode = isUsageError(error) ? 2 : 1;
}
