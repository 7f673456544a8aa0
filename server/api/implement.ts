import type { z } from 'zod';
import type { Api, InputOf } from '#server/contract/api.ts';
import type { Endpoint } from '#server/contract/endpoint.ts';
import type { ActorContext, ProjectContext, ServiceContext } from '#server/services/service-context.ts';

/** What the edge adds to the context of a service: headers of the answer, such as cookies. */
export interface Edge {
  responseHeaders: Headers;
}

/** The context that the policy of a procedure guarantees to its handler. */
export type ContextOf<E extends Endpoint> = Edge &
  (E['policy']['kind'] extends 'public'
    ? ServiceContext
    : E['policy']['kind'] extends 'project'
      ? ProjectContext
      : ActorContext);

/** Handlers answer what the output schema takes in; it is checked and stripped to what is declared. */
export type HandlerOf<E extends Endpoint> = (ctx: ContextOf<E>, input: InputOf<E>) => Promise<z.input<E['output']>>;

export type HandlersOf<R extends Record<string, Endpoint>> = { [Verb in keyof R]: HandlerOf<R[Verb]> };

/** One handler for each procedure of the registry: leaving one out is a type error. */
export type ApiHandlers = { [Resource in keyof Api]: HandlersOf<Api[Resource]> };

/** A resource of the registry with its handlers: every procedure must have one, with the exact input and output. */
export function implement<const R extends Record<string, Endpoint>>(
  _resource: R,
  handlers: HandlersOf<R>,
): HandlersOf<R> {
  return handlers;
}
