import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A unix socket: who connects gets a TestPostgres as JSON, or {error}. */
    testPostgresDoor: string;
  }
}

/**
 * vitest's globalSetup. The server is started when the first test asks for it (`createTestDatabase`), so that a run
 * without database tests does not pay for it, and stopped after the last. It is a process of its own, on plain Node.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-test-'));
  let server: ChildProcess | undefined;
  let answer: Promise<string> | undefined;
  const door = createServer((socket) => {
    if (!answer) {
      server = spawn(process.execPath, [join(import.meta.dirname, 'test-postgres.ts')], {
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      answer = firstLine(server);
    }
    void answer.then((line) => socket.end(line));
  });
  const path = join(folder, 'postgres');
  await new Promise<void>((resolve, reject) => door.once('error', reject).listen(path, resolve));
  project.provide('testPostgresDoor', path);
  return async () => {
    door.close();
    if (server && server.exitCode === null) {
      const exited = once(server, 'exit');
      server.stdin?.end();
      await exited;
    }
    await rm(folder, { recursive: true });
  };
}

/** What the server says when it is ready, or {error} with all that it said when it ends instead. */
function firstLine(server: ChildProcess): Promise<string> {
  let output = '';
  let complaints = '';
  server.stderr?.on('data', (chunk: Buffer) => (complaints += chunk));
  return new Promise((resolve) => {
    server.stdout?.on('data', (chunk: Buffer) => {
      output += chunk;
      if (output.endsWith('\n')) resolve(output);
    });
    server.once('error', (error) => resolve(JSON.stringify({ error: error.message })));
    server.once('close', () => resolve(JSON.stringify({ error: complaints })));
  });
}
