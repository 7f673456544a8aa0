import { AtollError, type FieldError } from '#server/contract/errors.ts';
import type { ProjectPermission } from '#server/contract/permissions.ts';
import type { MoveHindrance } from '#server/contract/project.ts';
import { transferClaims } from '#server/db/claim-transfer-store.ts';
import type { AtollTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import {
  listImageContents,
  listInstanceContents,
  listVolumeContents,
  readMoveTarget,
} from '#server/db/project-contents-store.ts';
import { lockProject } from '#server/db/project-store.ts';
import { lockForTransfer, transferRows } from '#server/db/project-transfer-store.ts';
import { enterProject, requireState } from '../access/enter.ts';
import { change } from '../change.ts';
import type { ProjectContext } from '../service-context.ts';
import { imageHindrance, instanceHindrance, volumeHindrance } from './find-hindrance.ts';

export interface TransferInput {
  toProject: string;
  instances?: string[] | undefined;
  volumes?: string[] | undefined;
  images?: string[] | undefined;
  all?: true | undefined;
}

interface Moving {
  id: string;
  name: string;
  hindrance: MoveHindrance | null;
}

/** What one must hold in the project that takes: what making the same things there would need. */
const neededThere: readonly ProjectPermission[] = ['instance:write', 'volume:write', 'image:write'];

/** The other end of a transfer (security.md 12). Throws `not_found` unless the actor knows it, `forbidden`, `state_conflict`. */
export async function enterTarget(ctx: ProjectContext, reference: string): Promise<ProjectContext['project']> {
  let target = ctx.project;
  for (const permission of neededThere) target = (await enterProject(ctx, reference, permission, 'change')).project;
  if (target.id !== ctx.project.id) return target;
  const fields: FieldError[] = [{ pointer: '/toProject', code: 'same', message: 'Choose another project.' }];
  throw new AtollError('validation_failed', 'It is in this project already.', { fields });
}

/**
 * Moves things to another project, all or nothing: rows and claims change, no host is touched. The quota of the other project is
 * claimed in the same transaction. Throws `not_found`, `forbidden`, `quota_exceeded`, or `state_conflict` naming each thing that
 * cannot move and why (`extra.hindrances`).
 */
export async function transferProject(
  ctx: ProjectContext,
  input: TransferInput,
): Promise<{ instances: number; volumes: number; images: number }> {
  const to = await enterTarget(ctx, input.toProject);
  const from = ctx.project;
  const detail = { toProject: to.id, ...(input.all ? { all: true } : pick(input)) };
  const what = { action: 'project.transfer', projectId: from.id, target: { type: 'project', id: to.id }, detail };
  return change(ctx, what, async (tx) => {
    for (const projectId of [from.id, to.id].sort()) {
      const { state } = await lockProject(tx, { projectId });
      requireState(state, projectId === to.id ? 'change' : 'archived');
    }
    await lockForTransfer(tx, { projectId: from.id });
    const moving = await chooseMoving(tx, from.id, to.id, input);
    requireMovable([...moving.instances, ...moving.volumes, ...moving.images]);
    const ids = {
      instances: moving.instances.map(({ id }) => id),
      volumes: moving.volumes.map(({ id }) => id),
      images: moving.images.map(({ id }) => id),
    };
    const ends = { fromProjectId: from.id, toProjectId: to.id };
    await transferClaims(tx, { ...ends, ownerIds: [...ids.instances, ...ids.volumes] });
    await transferRows(tx, { ...ends, ...ids });
    for (const { id, name } of moving.instances) await recordMove(tx, ctx, to, { id, name });
    return { instances: ids.instances.length, volumes: ids.volumes.length, images: ids.images.length };
  });
}

const pick = ({ instances = [], volumes = [], images = [] }: TransferInput) => ({ instances, volumes, images });

/** What was asked for, with the disks of its instances. Throws `not_found` for what is not in the project. */
async function chooseMoving(tx: AtollTx, from: string, to: string, input: TransferInput) {
  const target = await readMoveTarget(tx, { projectId: to });
  const [instances, volumes, images] = [
    await listInstanceContents(tx, { projectId: from }),
    await listVolumeContents(tx, { projectId: from }),
    await listImageContents(tx, { projectId: from }),
  ];
  const asked = pick(input);
  const ofInstances = new Set(chosen(instances, input.all ? null : asked.instances, 'instance').map(({ id }) => id));
  const withInstance = volumes.filter(({ instanceId }) => instanceId !== null && ofInstances.has(instanceId));
  const alone = chosen(volumes, input.all ? null : asked.volumes, 'volume').filter(
    ({ id }) => !withInstance.some((each) => each.id === id),
  );
  return {
    instances: instances
      .filter(({ id }) => ofInstances.has(id))
      .map((row) => ({ id: row.id, name: row.name, hindrance: instanceHindrance(row, target) })),
    volumes: [
      ...withInstance.map((row) => ({ id: row.id, name: row.name, hindrance: volumeHindrance(row, target, true) })),
      ...alone.map((row) => ({ id: row.id, name: row.name, hindrance: volumeHindrance(row, target, false) })),
    ],
    images: chosen(images, input.all ? null : asked.images, 'image').map((row) => ({
      id: row.id,
      name: row.name,
      hindrance: imageHindrance(row),
    })),
  };
}

function chosen<Row extends { id: string }>(rows: readonly Row[], ids: readonly string[] | null, noun: string): Row[] {
  if (ids === null) return [...rows];
  return [...new Set(ids)].map((id) => {
    const row = rows.find((each) => each.id === id);
    if (!row) throw new AtollError('not_found', `There is no such ${noun} in the project.`);
    return row;
  });
}

function requireMovable(moving: readonly Moving[]): void {
  if (moving.length === 0) {
    const fields: FieldError[] = [{ pointer: '/instances', code: 'required', message: 'Choose what is to move.' }];
    throw new AtollError('validation_failed', 'Nothing was chosen.', { fields });
  }
  const hindrances = moving.filter(({ hindrance }) => hindrance !== null);
  if (hindrances.length === 0) return;
  const told = hindrances.slice(0, 5).map(({ name, hindrance }) => `${name}: ${reasons[hindrance ?? 'busy']}`);
  throw new AtollError('state_conflict', `Nothing was moved. ${told.join(' ')}`, {
    params: { reason: 'cannotMove', count: hindrances.length },
    extra: { hindrances },
    hint: 'Leave out what cannot move.',
  });
}

const reasons: Record<MoveHindrance, string> = {
  busy: 'an operation is working on it.',
  notReady: 'it is not ready.',
  projectNetwork: 'the container is connected to the network of its project.',
  containerVolume: 'a volume of a container bears the mark of its project on its host.',
  attached: 'the disk goes with its instance.',
  nameTaken: 'the other project has one of this name.',
  pool: 'the other project may not use the pool of its host.',
};

async function recordMove(
  tx: AtollTx,
  ctx: ProjectContext,
  to: ProjectContext['project'],
  instance: { id: string; name: string },
): Promise<void> {
  const event = {
    type: 'instance.moved',
    severity: 'info' as const,
    target: { type: 'instance', ...instance },
    actor: { id: ctx.actor.userId, name: ctx.actor.name },
    message: `It was moved from ${ctx.project.name} to ${to.name}.`,
    params: { from: ctx.project.name, to: to.name },
  };
  for (const projectId of [ctx.project.id, to.id]) await appendEvent(tx, { ...event, projectId });
}
