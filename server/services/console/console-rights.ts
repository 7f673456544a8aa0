import type { ConsoleEnd } from '#server/contract/console.ts';
import type { Db } from '#server/db/client.ts';
import { listConsoleInstances } from '#server/db/console-instance-store.ts';
import { listGoodShares } from '#server/db/console-share-store.ts';
import type { ConsoleGrant } from '#server/db/console-ticket-store.ts';
import { listMemberships } from '#server/db/membership-store.ts';
import { findSessionById } from '#server/db/session-store.ts';
import { findTokenById } from '#server/db/token-store.ts';
import type { Actor } from '../access/actor.ts';
import { knowsProject, mayInProject } from '../access/effective-right.ts';
import { isAllowedFrom } from '../token/allowed-from.ts';

/** Why a console must be closed. */
type Withdrawn = Extract<ConsoleEnd, 'signed_out' | 'right_revoked' | 'instance_deleted'>;

/**
 * Whether each of these grants still holds, by what the database says now: null, or why not. A right is that of the credential with
 * which the ticket was asked for, or a share. Many grants of one credential cost one look.
 */
export async function checkConsoleRights(db: Db, grants: readonly ConsoleGrant[]): Promise<(Withdrawn | null)[]> {
  const credentials = new Map(grants.map((grant) => [credentialOf(grant), grant]));
  const shareIds = [...new Set(grants.flatMap(({ shareId }) => shareId ?? []))];
  const [actors, shares, instances] = await Promise.all([
    Promise.all([...credentials].map(async ([key, grant]) => [key, await actorOf(db, grant)] as const)),
    listGoodShares(db, shareIds),
    listConsoleInstances(
      db,
      grants.map(({ instanceId }) => instanceId),
    ),
  ]);
  const actorBy = new Map(actors);
  const shareBy = new Map(shares.map((share) => [share.id, share]));
  const projectBy = new Map(instances.map(({ id, projectId }) => [id, projectId]));
  return grants.map((grant) => {
    const actor = actorBy.get(credentialOf(grant));
    if (actor?.userId !== grant.userId) return 'signed_out';
    if (projectBy.get(grant.instanceId) !== grant.projectId) return 'instance_deleted';
    return isRight(actor, grant, grant.shareId === null ? null : shareBy.get(grant.shareId)) ? null : 'right_revoked';
  });
}

function isRight(
  actor: Actor,
  { kind, projectId, instanceId, viewOnly, userId }: ConsoleGrant,
  share: { instanceId: string; viewOnly: boolean; forUser: { id: string } } | null | undefined,
): boolean {
  if (share === null) return mayInProject(actor, projectId, kind === 'logs' ? 'instance:logs' : 'instance:console');
  if (share === undefined || share.instanceId !== instanceId || share.forUser.id !== userId) return false;
  return knowsProject(actor, projectId) && (viewOnly || !share.viewOnly);
}

// An address is part of it: a token may be good from one and not from another.
const credentialOf = ({ sessionId, tokenId, ip }: ConsoleGrant): string => sessionId ?? `${tokenId} ${ip}`;

async function actorOf(db: Db, { sessionId, tokenId, ip }: ConsoleGrant): Promise<Actor | null> {
  if (sessionId !== null) {
    const found = await findSessionById(db, { id: sessionId });
    return found && { ...(await person(db, found.user)), via: { type: 'session', sessionId, elevated: false } };
  }
  const found = tokenId === null ? null : await findTokenById(db, { id: tokenId });
  if (!found || !isAllowedFrom(found.token.allowedIps, ip)) return null;
  const { id, scopes, projectId } = found.token;
  return { ...(await person(db, found.user)), via: { type: 'token', tokenId: id, scopes, projectId } };
}

async function person(
  db: Db,
  { id, email, name, role, createdAt }: Omit<Actor, 'userId' | 'memberships' | 'via'> & { id: string },
) {
  return { userId: id, email, name, role, createdAt, memberships: await listMemberships(db, { userId: id }) };
}
