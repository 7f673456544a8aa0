import { labelPattern } from '#server/contract/ids.ts';
import type { AtollTx } from '#server/db/client.ts';
import { findProject } from '#server/db/project-store.ts';
import { newId } from '#server/platform/id.ts';

/** Room for `-99` within the 63 characters of a label. */
const maxLength = 56;

/** A slug that no project has, from the first of the texts that gives one; numbered where it is taken. */
export async function freeSlug(tx: AtollTx, texts: readonly string[]): Promise<string> {
  const base = texts.map(toSlug).find((slug) => labelPattern.test(slug)) ?? 'project';
  for (let number = 1; number < 100; number++) {
    const slug = number === 1 ? base : `${base}-${number}`;
    if (!(await findProject(tx, slug, 'every-project'))) return slug;
  }
  return `${base.slice(0, 40)}-${newId().slice(-12)}`;
}

/** `Müller & Söhne` → `muller-sohne`: letters without marks, everything else a hyphen. */
export function toSlug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxLength)
    .replace(/^-+|-+$/g, '');
}
