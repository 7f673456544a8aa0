import type { EventTopic } from '#server/contract/event.ts';
import type { ProjectPermission, SystemPermission } from '#server/contract/permissions.ts';
import type { OutboxRow } from '#server/db/outbox-store.ts';
import type { Actor } from '../access/actor.ts';
import { credentialCarries, mayInProject, maySelf, maySystem } from '../access/effective-right.ts';

type TopicRule =
  /** Of projects; rows without a project are public, or belong to the system. */
  | { kind: 'project'; permission: ProjectPermission; withoutProject: 'public' | SystemPermission }
  | { kind: 'system'; permission: SystemPermission }
  | { kind: 'everybody' }
  /** The entity id is the person's; not for a token of one project, which reaches nothing beyond it. */
  | { kind: 'self' };

/** Who sees what of the stream. Topics are the server's: a reader can only choose among what they may see (security.md 31). */
const rules: Record<EventTopic, TopicRule> = {
  instance: { kind: 'project', permission: 'instance:read', withoutProject: 'host:read' },
  volume: { kind: 'project', permission: 'volume:read', withoutProject: 'host:read' },
  operation: { kind: 'project', permission: 'operation:read', withoutProject: 'host:read' },
  image: { kind: 'project', permission: 'image:read', withoutProject: 'public' },
  project: { kind: 'project', permission: 'project:read', withoutProject: 'host:read' },
  host: { kind: 'system', permission: 'host:read' },
  'host-key': { kind: 'system', permission: 'host:read' },
  unmanaged: { kind: 'system', permission: 'host:read' },
  'host-pool': { kind: 'system', permission: 'host:read' },
  'placement-group': { kind: 'project', permission: 'instance:read', withoutProject: 'host:read' },
  flavor: { kind: 'everybody' },
  'quota-request': { kind: 'project', permission: 'project:read', withoutProject: 'host:read' },
  notification: { kind: 'self' },
};

/** Whether the actor may see this change. */
export function seesChange(actor: Actor, change: Pick<OutboxRow, 'topic' | 'projectId' | 'entityId'>): boolean {
  const rule = rules[change.topic];
  switch (rule.kind) {
    case 'everybody':
      return maySelf(actor, 'self:read');
    case 'self':
      return (
        change.entityId === actor.userId &&
        maySelf(actor, 'self:read') &&
        (actor.via.type === 'session' || actor.via.projectId === null)
      );
    case 'system':
      return maySystem(actor, rule.permission);
    case 'project':
      if (change.projectId !== null) return mayInProject(actor, change.projectId, rule.permission);
      return rule.withoutProject === 'public'
        ? credentialCarries(actor, rule.permission)
        : credentialCarries(actor, rule.permission) && maySystem(actor, rule.withoutProject);
  }
}
