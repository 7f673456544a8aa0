import type { ConsoleKind, ConsoleTicket } from '#server/contract/console.ts';
import { AtollError } from '#server/contract/errors.ts';
import { listGoodShares } from '#server/db/console-share-store.ts';
import { getInstance } from '#server/db/instance-store.ts';
import { knowsProject } from '../access/effective-right.ts';
import { change } from '../change.ts';
import type { ActorContext, ProjectContext } from '../service-context.ts';
import { mintTicket } from './mint-ticket.ts';

interface OpenInput {
  instance: string;
  kind: ConsoleKind;
  viewOnly: boolean;
  takeOver: boolean;
  command?: string[] | undefined;
  user?: string | undefined;
  workingDir?: string | undefined;
  tty: boolean;
}

const kindsOf = { vm: ['vnc', 'serial'], container: ['exec', 'attach'] } as const;

/**
 * A ticket for a console of an instance of the project. Whether it runs is seen when the ticket is used: what starts by then is opened.
 * Throws `not_found`, and `validation_failed` for a kind that this instance has not.
 */
export async function openConsole(ctx: ProjectContext, input: OpenInput): Promise<ConsoleTicket> {
  const { instance: id, kind, viewOnly, takeOver, command, user, workingDir, tty } = input;
  const projectId = ctx.project.id;
  const instance = await getInstance(ctx.app.db, { projectId, id });
  requireKind(instance.kind, kind);
  if (kind !== 'exec') refuseShell({ command, user, workingDir });
  if (viewOnly && kind === 'exec')
    throw invalid('/viewOnly', 'A command that nobody types to is of no use: leave viewOnly out.');
  const options = kind === 'exec' ? { command, user, workingDir, tty } : { takeOver };
  // Which program was started is worth keeping; its arguments may hold a secret.
  const detail = { kind, viewOnly, ...(command && { program: command[0] }) };
  const what = { action: 'console.open', projectId, target: { type: 'instance', id }, detail };
  return change(ctx, what, (tx) =>
    mintTicket(tx, ctx, { kind, projectId, instanceId: id, shareId: null, viewOnly, options }),
  );
}

/** A ticket for a console that was shared with who asks. Throws `not_found` when it is not, not any more, or they left the project. */
export async function openSharedConsole(ctx: ActorContext, input: { share: string }): Promise<ConsoleTicket> {
  const [share] = await listGoodShares(ctx.app.db, [input.share]);
  if (share?.forUser.id !== ctx.actor.userId || !knowsProject(ctx.actor, share.projectId))
    throw new AtollError('not_found', 'This console is not shared with you, or not any more.');
  const { id: shareId, kind, projectId, instanceId, viewOnly } = share;
  const target = { type: 'instance', id: instanceId };
  const what = { action: 'console.openShared', projectId, target, detail: { kind, viewOnly, share: shareId } };
  return change(ctx, what, (tx) =>
    mintTicket(tx, ctx, { kind, projectId, instanceId, shareId, viewOnly, options: {} }),
  );
}

export function requireKind(instanceKind: 'vm' | 'container', kind: ConsoleKind): void {
  const kinds: readonly ConsoleKind[] = kindsOf[instanceKind];
  if (kinds.includes(kind)) return;
  throw invalid('/kind', `This is a ${instanceKind}: it has ${kinds.join(' and ')}.`);
}

function refuseShell(shell: Record<string, unknown>): void {
  const [given] = Object.entries(shell).find(([, value]) => value !== undefined) ?? [];
  if (given) throw invalid(`/${given}`, 'Only exec takes this.');
}

function invalid(pointer: string, message: string): AtollError {
  return new AtollError('validation_failed', message, { fields: [{ pointer, code: 'invalid', message }] });
}
