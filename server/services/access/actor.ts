import type { MembershipRole, ProjectPermission, ProjectState, SystemRole } from '#server/contract/permissions.ts';

export interface ActorMembership {
  projectId: string;
  slug: string;
  name: string;
  state: ProjectState;
  role: MembershipRole;
  customRole: { id: string; name: string } | null;
  /** What the role allows: of a custom one, what it says now. */
  permissions: readonly ProjectPermission[];
}

/** Who asks, as the database knew it when the request came: role and memberships are read anew for each one. */
export interface Actor {
  userId: string;
  email: string;
  name: string;
  role: SystemRole;
  createdAt: Date;
  memberships: readonly ActorMembership[];
  via: SessionCredential | TokenCredential;
}

export interface SessionCredential {
  type: 'session';
  sessionId: string;
  /** Whether the person proved who they are within the last ten minutes. */
  elevated: boolean;
}

export interface TokenCredential {
  type: 'token';
  tokenId: string;
  scopes: readonly string[];
  /** null: every project of its user. */
  projectId: string | null;
}

/** Names the credential for rate limits and idempotency keys: two tokens of one user do not share them. */
export const credentialKey = (actor: Actor): string =>
  actor.via.type === 'token' ? `token:${actor.via.tokenId}` : `user:${actor.userId}`;
