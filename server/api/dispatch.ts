import type { Endpoint } from '#server/contract/endpoint.ts';
import { AtollError } from '#server/contract/errors.ts';
import { admit, enter } from '#server/services/access/enter.ts';
import { recordRefusal } from '#server/services/audit/record-refusal.ts';
import { requireStepUp } from '#server/services/auth/step-up.ts';
import type { ServiceContext } from '#server/services/service-context.ts';
import type { Edge } from './implement.ts';
import { toAtollError } from './problem.ts';
import { takeFromProject } from './rate-limit.ts';

/** A handler as the dispatcher sees it; its exact types were checked by `implement`. */
export type AnyHandler = (ctx: ServiceContext & Edge, input: unknown) => Promise<unknown>;

/** A procedure of the registry with its handler and its name, such as `instance.create`. */
export interface Procedure {
  name: string;
  endpoint: Endpoint;
  handler: AnyHandler;
}

/** A request on its way: who asks, and where headers of the answer go. */
export type ApiCall = ServiceContext & Edge;

/**
 * The one way to a handler, for tRPC and REST alike: credential, input, project, handler, output. Nothing is called before
 * its policy has let it pass, and nothing leaves that the output schema does not declare.
 */
export async function dispatch(call: ApiCall, procedure: Procedure, rawInput: unknown): Promise<unknown> {
  const { endpoint, handler } = procedure;
  try {
    admit(call.actor, endpoint.policy);
    if (endpoint.stepUp) requireStepUp(call.actor);
    const input = endpoint.input.parse(rawInput);
    const entered = await enter(call, endpoint, input);
    if ('project' in entered) takeFromProject(call.app.limits, entered.project.id, call.responseHeaders);
    const output = await handler({ ...entered, responseHeaders: call.responseHeaders }, input);
    return renderOutput(procedure, output);
  } catch (error) {
    const refusal = toAtollError(error);
    await recordRefusal(call, { name: procedure.name, type: endpoint.type, input: rawInput }, refusal);
    throw refusal;
  }
}

/** What leaves: only declared fields. An answer that does not fit its schema is our fault, not the caller's. */
export function renderOutput({ name, endpoint }: Procedure, output: unknown): unknown {
  const parsed = endpoint.output.safeParse(output);
  if (parsed.success) return parsed.data;
  throw new AtollError('internal', undefined, { detail: `output of ${name}`, cause: parsed.error });
}
