import { AtollError } from '#server/contract/errors.ts';
import type { Policy } from '#server/contract/permissions.ts';
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
    case 'visible':
      if (!credentialCarries(actor, policy.permission)) throw refused(`This token does not carry ${permission}.`);
      return;
    case 'system':
      if (!maySystem(actor, policy.permission)) throw refused(`This needs the permission ${permission}.`);
      return;
    default:
      // Types say that this cannot be; should it be all the same, the door is closed.
      throw refused('This procedure has no policy.');
  }
}

/**
 * The second half, with the input: finds the project and checks the permission in it. A project that the actor may not
 * know of and one that is not there give the same `not_found`; `forbidden` is for what can be seen but not done.
 */
export async function enter(
  ctx: ServiceContext,
  policy: Policy,
  input: unknown,
): Promise<ServiceContext | ProjectContext> {
  if (policy.kind !== 'project') return ctx;
  const actorContext = requireActor(ctx);
  return enterProject(actorContext, projectRefOf(input), policy.permission);
}

/** The project of an id or slug with a permission checked in it. Throws `not_found` or `forbidden`. */
export async function enterProject(
  ctx: ActorContext,
  ref: string,
  permission: Extract<Policy, { kind: 'project' }>['permission'],
): Promise<ProjectContext> {
  const project = await findKnownProject(ctx, ref);
  if (!project || !knowsProject(ctx.actor, project.id)) throw new AtollError('not_found');
  if (!mayInProject(ctx.actor, project.id, permission))
    throw refused(`This needs the permission ${permission} in the project.`);
  return { ...ctx, project };
}

/** The same context, known to have an actor. Throws `unauthenticated`. */
export function requireActor(ctx: ServiceContext): ActorContext {
  const { actor } = ctx;
  if (!actor) throw new AtollError('unauthenticated');
  return { ...ctx, actor };
}

function projectRefOf(input: unknown): string {
  if (input instanceof Object && 'project' in input && typeof input.project === 'string') return input.project;
  // A project policy whose input names no project would be a hole: it is closed.
  throw refused('This names no project.');
}
