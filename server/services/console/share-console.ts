import type { ConsoleShare } from '#server/contract/console.ts';
import { AtollError } from '#server/contract/errors.ts';
import {
  type ConsoleShareRow,
  insertConsoleShare,
  listConsoleShares,
  revokeConsoleShare,
} from '#server/db/console-share-store.ts';
import { getInstance } from '#server/db/instance-store.ts';
import { findMember } from '#server/db/membership-store.ts';
import { change } from '../change.ts';
import type { ProjectContext } from '../service-context.ts';
import { requireKind } from './open-console.ts';

const shareView = ({ projectId: _, ...row }: ConsoleShareRow): ConsoleShare => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
});

/** The shares of an instance that are good now. Throws `not_found`. */
export async function listShares(ctx: ProjectContext, input: { instance: string }) {
  const ref = { projectId: ctx.project.id, id: input.instance };
  await getInstance(ctx.app.db, ref);
  const rows = await listConsoleShares(ctx.app.db, { projectId: ref.projectId, instanceId: ref.id });
  return { items: rows.map(shareView), nextCursor: null };
}

/**
 * Lets a member of the project look at a console, or type into it, for some time: also one whose role has no consoles.
 * Throws `not_found`, and `validation_failed` for who is no member.
 */
export async function shareConsole(
  ctx: ProjectContext,
  input: { instance: string; kind: 'vnc' | 'serial'; userId: string; viewOnly: boolean; expiresInMinutes: number },
): Promise<ConsoleShare> {
  const { instance: instanceId, kind, userId, viewOnly, expiresInMinutes } = input;
  const projectId = ctx.project.id;
  requireKind((await getInstance(ctx.app.db, { projectId, id: instanceId })).kind, kind);
  const detail = { kind, viewOnly, for: userId, minutes: expiresInMinutes };
  const what = { action: 'console.share', projectId, target: { type: 'instance', id: instanceId }, detail };
  return change(ctx, what, async (tx) => {
    if (!(await findMember(tx, { projectId, userId }))) {
      const message = 'Consoles are shared with members of the project.';
      throw new AtollError('validation_failed', message, {
        fields: [{ pointer: '/userId', code: 'not_found', message }],
      });
    }
    const ttlSeconds = expiresInMinutes * 60;
    const createdById = ctx.actor.userId;
    return shareView(
      await insertConsoleShare(tx, { projectId, instanceId, kind, userId, createdById, viewOnly, ttlSeconds }),
    );
  });
}

/** Ends a share; who looks is disconnected within five seconds. Throws `not_found`. */
export async function revokeShare(ctx: ProjectContext, input: { instance: string; share: string }): Promise<null> {
  const ref = { projectId: ctx.project.id, instanceId: input.instance, id: input.share };
  const target = { type: 'instance', id: ref.instanceId };
  const what = { action: 'console.revokeShare', projectId: ref.projectId, target, detail: { share: ref.id } };
  return change(ctx, what, async (tx) => {
    await revokeConsoleShare(tx, ref);
    return null;
  });
}
