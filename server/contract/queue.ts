import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import type { OperationKind } from './operation.ts';

/** How work of one priority class waits for its turn. */
export const queueOrders = ['fair-share', 'fcfs', 'shortest-job'] as const;
export type QueueOrder = (typeof queueOrders)[number];

/** Classes come first: somebody waits for the one, nobody looks at the other. A minute of waiting lifts work by one class. */
export const priorityClasses = ['interactive', 'normal', 'background'] as const;
export type PriorityClass = (typeof priorityClasses)[number];

const background: readonly OperationKind[] = [
  'image.import',
  'image.delete',
  'host.inspect',
  'project.delete',
  'container-image.pull',
  'container-image.load',
  'container-image.remove',
];
const interactive: readonly OperationKind[] = [
  'instance.start',
  'instance.stop',
  'instance.reboot',
  'instance.reset',
  'instance.pause',
  'instance.resume',
  'instance.rename',
  'host-key.scan',
];

/** The class of a kind of work unless it is enqueued with another. */
export function priorityClassOf(kind: OperationKind): PriorityClass {
  if (interactive.includes(kind)) return 'interactive';
  return background.includes(kind) ? 'background' : 'normal';
}

const queueSchema = z.object({
  order: z
    .enum(queueOrders)
    .describe(
      'fair-share: the project that was served least; fcfs: who came first; shortest-job: what is quickly done',
    ),
});

export const queueApi = {
  get: endpoint({
    type: 'query',
    summary: 'In which order operations of one priority class are taken up',
    policy: { kind: 'system', permission: 'system:read' },
    rest: { method: 'GET', path: '/queue' },
    input: z.strictObject({}),
    output: queueSchema,
  }),
  update: endpoint({
    type: 'mutation',
    summary: 'Change the order in which operations are taken up',
    policy: { kind: 'system', permission: 'host:write' },
    rest: { method: 'PATCH', path: '/queue' },
    input: z.strictObject({ order: z.enum(queueOrders) }),
    output: queueSchema,
  }),
};
