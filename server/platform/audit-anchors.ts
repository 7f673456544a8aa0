import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/*
 * The ends of the audit's chains, written down outside the database: whoever may do anything in the database can make a chain
 * anew that is sound in itself, but not make it end in what was written here before. The file only grows; copy it to a machine
 * that the admins of the database do not reach, and the same holds for whoever owns this one.
 */
const anchorSchema = z.object({
  at: z.iso.datetime(),
  /** A restore puts an older audit back: what was anchored behind its ends is gone for a known reason. */
  reason: z.enum(['daily', 'backup', 'restore']),
  heads: z.array(
    z.object({ chain: z.string(), seq: z.string().regex(/^\d+$/), hash: z.string().regex(/^[0-9a-f]*$/) }),
  ),
});
export type AuditAnchor = z.output<typeof anchorSchema>;

/** Where the anchors of a data directory stand. */
export const anchorFile = (dataDir: string): string => join(dataDir, 'audit-anchors.jsonl');

/** Adds a line, on the disk when this is done. The file gets mode 0600. */
export async function appendAnchor(path: string, anchor: AuditAnchor): Promise<void> {
  const file = await open(path, 'a+', 0o600);
  try {
    // A line that a power cut left half written stays alone.
    const { size } = await file.stat();
    const end = Buffer.alloc(1);
    if (size > 0) await file.read(end, 0, 1, size - 1);
    const gap = size > 0 && end.toString() !== '\n' ? '\n' : '';
    // One write: of several processes, none comes in between.
    await file.write(`${gap}${JSON.stringify(anchor)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The anchors, oldest first, and the numbers of the lines that are none. Nothing where there is no file. */
export async function readAnchors(path: string): Promise<{ anchors: AuditAnchor[]; unreadable: number[] }> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const anchors: AuditAnchor[] = [];
  const unreadable: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const anchor = parse(line);
    if (anchor) anchors.push(anchor);
    else unreadable.push(index + 1);
  }
  return { anchors, unreadable };
}

function parse(line: string): AuditAnchor | null {
  try {
    return anchorSchema.parse(JSON.parse(line));
  } catch {
    // Said by its number.
    return null;
  }
}
