import type { Endpoint } from '#server/contract/endpoint.ts';
import { AtollError } from '#server/contract/errors.ts';
import type { Policy, ProjectPermission, ProjectState, WhenClosed } from '#server/contract/permissions.ts';
import type { ActorContext, ProjectContext, ServiceContext } from '../service-context.ts';
import type { Actor } from './actor.ts';
import { credentialCarries, knowsProject, mayInProject, maySelf, maySystem } from './effective-right.ts';
import { findKnownProject } from './find-known-project.ts';

const refused = (message: string): AtollError => new AtollError('forbidden', message);

/**
 * The first half of the check, before the input is looked at: is somebody there, and may their credential ask this at all?
 * Throws `unauthenticated` or `forbidden`.
 */
export function admit(actor: Actor | null, policy: Policy): void {
  if (policy.kind === 'public') return;
  if (!actor) throw new AtollError('unauthenticated');
  const { permission } = policy;
  switch (policy.kind) {
    case 'self':
      if (!maySelf(actor, policy.permission)) throw refused(`This token does not carry ${permission}.`);
      return;
    case 'project':
      requireSession(actor, policy);
      if (!credentialCarries(actor, policy.permission)) throw refused(`This token does not carry ${permission}.`);
      return;
    case 'visible':
      if (!credentialCarries(actor, policy.permission)) throw refused(`This token does not carry ${permission}.`);
      return;
    case 'system':
      requireSession(actor, policy);
      if (!maySystem(actor, policy.permission)) throw refused(`This needs the permission ${permission}.`);
      return;
    default:
      // Types say that this cannot be; should it be all the same, the door is closed.
      throw refused('This procedure has no policy.');
  }
}

function requireSession(actor: Actor, policy: { sessionOnly?: true }): void {
  if (policy.sessionOnly && actor.via.type === 'token')
    throw refused('A token cannot do this: credentials mint no credentials. Sign in instead.');
}

/**
 * The second half, with the input: finds the project and checks the permission in it. A project that the actor may not
 * know of and one that is not there give the same `not_found`; `forbidden` is for what can be seen but not done.
 */
export async function enter(
  ctx: ServiceContext,
  { policy, type }: Pick<Endpoint, 'policy' | 'type'>,
  input: unknown,
): Promise<ServiceContext | ProjectContext> {
  if (policy.kind !== 'project') return ctx;
  const actorContext = requireActor(ctx);
  const mode = type === 'query' ? 'read' : (policy.whenClosed ?? 'change');
  return enterProject(actorContext, projectRefOf(input), policy.permission, mode);
}

/** What is about to be done in a project: what its state must allow. */
export type EnterMode = 'read' | 'change' | WhenClosed;

const allowedStates: Record<EnterMode, readonly ProjectState[]> = {
  read: ['active', 'archived', 'deleting'],
  change: ['active'],
  archived: ['active', 'archived'],
  'archived-or-deleting': ['active', 'archived', 'deleting'],
};

/**
 * The project of an id or slug with a permission checked in it.
 * Throws `not_found`, `forbidden`, or `state_conflict` for a change in a project that is archived or being deleted.
 */
export async function enterProject(
  ctx: ActorContext,
  ref: string,
  permission: ProjectPermission,
  mode: EnterMode = 'read',
): Promise<ProjectContext> {
  const project = await findKnownProject(ctx, ref);
  if (!project || !knowsProject(ctx.actor, project.id)) throw new AtollError('not_found');
  if (!mayInProject(ctx.actor, project.id, permission))
    throw refused(`This needs the permission ${permission} in the project.`);
  requireState(project.state, mode);
  return { ...ctx, project };
}

/** Throws `state_conflict` unless a project in this state takes it. */
export function requireState(state: ProjectState, mode: EnterMode): void {
  if (allowedStates[mode].includes(state)) return;
  if (state === 'deleting')
    throw new AtollError('state_conflict', 'The project is being deleted.', { params: { reason: 'projectDeleting' } });
  throw new AtollError('state_conflict', 'The project is archived: nothing new is made or started in it.', {
    params: { reason: 'projectArchived' },
    hint: 'Take it out of the archive first (settings of the project), or use another project.',
  });
}

/** The same context, known to have an actor. Throws `unauthenticated`. */
export function requireActor(ctx: ServiceContext): ActorContext {
  const { actor } = ctx;
  if (!actor) throw new AtollError('unauthenticated');
  return { ...ctx, actor };
}

function projectRefOf(input: unknown): string {
  if (input instanceof Object && 'project' in input && typeof input.project === 'string') return input.project;
  // Where the project stands in the body beside other ids, it is called as they are.
  if (input instanceof Object && 'projectId' in input && typeof input.projectId === 'string') return input.projectId;
  // A project policy whose input names no project would be a hole: it is closed.
  throw refused('This names no project.');
}
