import type { Policy } from '#server/contract/permissions.ts';
import { type AccessWorld, type Caller, operatorPermissions } from './access-world.ts';

/* What the access matrix says of callers: the outcomes that many procedures have in common, and how a row is made of them. */

export type Outcome = 'passes' | 401 | 403 | 404;
/** What the table says; the operator and who is disabled follow from the policy (`derived`). */
export type Expected = Record<Exclude<Caller, 'operator' | 'disabled'>, Outcome>;

export const nobody = { anonymous: 401, revokedToken: 401, expiredToken: 401 } as const;
export const strangers = { stranger: 404, otherOwner: 404, tokenOfOtherProject: 404 } as const;
export const everybodySignedIn = {
  stranger: 'passes',
  otherOwner: 'passes',
  viewer: 'passes',
  member: 'passes',
  owner: 'passes',
  admin: 'passes',
  auditor: 'passes',
} as const;

/** Anyone who has no bad token. */
export const open: Expected = {
  ...everybodySignedIn,
  ...nobody,
  anonymous: 'passes',
  tokenWithoutScope: 'passes',
  tokenOfOtherProject: 'passes',
};
export const own: Expected = { ...everybodySignedIn, ...nobody, tokenWithoutScope: 403, tokenOfOtherProject: 'passes' };
/** Credentials mint no credentials. */
export const ownCredentials: Expected = {
  ...everybodySignedIn,
  ...nobody,
  tokenWithoutScope: 403,
  tokenOfOtherProject: 403,
};
export const readInProject: Expected = { ...everybodySignedIn, ...nobody, ...strangers, tokenWithoutScope: 403 };
export const writeInProject: Expected = { ...readInProject, viewer: 403, auditor: 403 };
/** Lists answer with what one may see, and so nobody but a token without the scope is refused. */
export const listVisible: Expected = { ...own };
/** An object named by its id alone: tokens that may not read it do not know it. */
export const readVisible: Expected = { ...readInProject };
export const writeVisible: Expected = { ...writeInProject };
export const beyondProjects = {
  stranger: 403,
  otherOwner: 403,
  viewer: 403,
  member: 403,
  owner: 403,
  tokenWithoutScope: 403,
  tokenOfOtherProject: 403,
} as const;
export const readSystem: Expected = { ...nobody, ...beyondProjects, admin: 'passes', auditor: 'passes' };
export const writeSystem: Expected = { ...readSystem, auditor: 403 };

/** What gives or proves credentials: never with a token, whose refusal comes before what is missing. */
export const answeredInOwn = (outcome: 401 | 404): Expected => ({
  stranger: outcome,
  otherOwner: outcome,
  viewer: outcome,
  member: outcome,
  owner: outcome,
  admin: outcome,
  auditor: outcome,
  ...nobody,
  tokenWithoutScope: 403,
  tokenOfOtherProject: 403,
});
export const notFoundInOwn = answeredInOwn(404);
export const expiredInOwn = answeredInOwn(401);
export const answeredByAll = (outcome: 401 | 404): Expected => ({
  ...answeredInOwn(outcome),
  anonymous: outcome,
  tokenWithoutScope: outcome,
  tokenOfOtherProject: outcome,
});
export const notFoundByAll = answeredByAll(404);
export const nobodyPending = answeredByAll(401);
export const readIdentity: Expected = { ...writeSystem };

/** What only owners and admins may do in a project. */
export const manageInProject: Expected = { ...writeInProject, member: 403 };

export interface Row {
  expected: Expected;
  /** Where the service says more than the policy. */
  operator?: Outcome;
  /** Made afresh for every call, so that no call finds what another one left. */
  input(world: AccessWorld, caller: Caller): object | Promise<object>;
}

export const row = (expected: Expected, input: Row['input'] = () => ({}), operator?: Outcome): Row => ({
  expected,
  input,
  ...(operator && { operator }),
});

/** The custom role allows what its permissions say and nothing else; who is disabled is nobody. */
export function derived(
  { expected, operator }: Row,
  policy: Policy,
): Pick<Record<Caller, Outcome>, 'operator' | 'disabled'> {
  const disabled = policy.kind === 'public' ? expected.anonymous : 401;
  if (operator) return { operator, disabled };
  switch (policy.kind) {
    case 'project':
      return { operator: operatorPermissions.includes(policy.permission) ? 'passes' : 403, disabled };
    case 'visible': {
      // A list shows what one may see; an object that one may not see is not there.
      const passes = expected.stranger === 'passes' || operatorPermissions.includes(policy.permission);
      return { operator: passes ? 'passes' : 404, disabled };
    }
    case 'public':
    case 'self':
    case 'system':
      return { operator: expected.viewer, disabled };
  }
}
