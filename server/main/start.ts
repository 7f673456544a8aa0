import { createLog } from '#server/platform/log.ts';
import { startServer } from './atoll-server.ts';
import { readStartOptions, startUsage } from './start-options.ts';
import { isUsageError } from './usage-error.ts';

/** `npm start`: all of Atoll in the foreground, until Ctrl-C or SIGTERM. */
const say = (line: string): void => console.log(line);
const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
const level = levels.find((known) => known === process.env.ATOLL_LOG_LEVEL) ?? 'warn';
const log = createLog({ process: 'start', level });
const stopping = new AbortController();

async function main(): Promise<number> {
  const options = readStartOptions(process.argv.slice(2), process.env);
  if (options === null) {
    say(startUsage);
    return 0;
  }
  const asked = new Promise<null>((resolve) => stopping.signal.addEventListener('abort', () => resolve(null)));
  const server = await startServer({ options, env: process.env, log, say, signal: stopping.signal });
  say(`\nAtoll is ready: ${options.origin}`);
  if (server.setupUrl !== null) {
    say(`First run: open this link within 24 hours to make the first admin. It works once.\n  ${server.setupUrl}`);
  }
  say('Ctrl-C stops Atoll; virtual machines and containers run on.\n');
  const failure = await Promise.race([asked, server.failed]);
  say(failure === null ? 'Stopping…' : `Atoll cannot go on: ${failure.message}`);
  await server.stop();
  return failure === null ? 0 : 1;
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // Who asks twice does not want to wait: what we started ends with us.
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort(new Error(`It was stopped by ${name}.`));
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (isUsageError(error)) console.error(`${error.message}\n\n${startUsage}`);
  else if (stopping.signal.aborted) say('Stopped.');
  else {
    log.debug({ err: error }, 'the start failed');
    console.error(`Atoll could not start: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exitCode = stopping.signal.aborted ? 0 : 1;
}
