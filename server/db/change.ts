import type { AtollTx } from './client.ts';
import { addChange, type Change } from './pending-changes.ts';

/**
 * Tells browsers and programs that something changed, in the transaction that changes it: what a transaction tells is
 * written once, before its commit. No NOTIFY here: it would take one global lock at commit (reliability.md); the publisher
 * rings the bell.
 */
export async function appendChange(tx: AtollTx, change: Change): Promise<void> {
  addChange(tx, change);
}
