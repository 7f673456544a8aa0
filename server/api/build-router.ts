import type { AnyProcedure } from '@trpc/server';
import { initTRPC } from '@trpc/server';
import type { AppRouter } from './app-router.ts';
import { type ApiCall, dispatch, type Procedure } from './dispatch.ts';
import { toAtollError, toProblem } from './problem.ts';

const t = initTRPC.context<ApiCall>().create({
  errorFormatter: ({ shape, error, ctx }) => {
    const atollError = toAtollError(error);
    const problem = toProblem(atollError, ctx?.requestId ?? '');
    // The message of an unknown error may hold SQL or a path: the problem's own words replace it, and no stack goes out.
    const { stack: _, ...data } = shape.data;
    return {
      ...shape,
      message: problem.detail,
      data: { ...data, code: atollError.spec.trpc, httpStatus: problem.status, problem },
    };
  },
});

/** tRPC adds `direction` to every page of an infinite query; lists of Atoll only go forward and refuse unknown fields. */
function withoutDirection(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || !('direction' in raw) || raw.direction !== 'forward') return raw;
  const { direction: _, ...input } = raw;
  return input;
}

/** The tRPC router of the registry: every procedure goes through {@link dispatch}, which parses and checks. */
export function buildRouter(table: ReadonlyMap<string, Procedure>): AppRouter {
  const record: Record<string, Record<string, AnyProcedure>> = {};
  for (const [name, procedure] of table) {
    const [resource, verb] = name.split('.') as [string, string];
    const base = t.procedure.input(withoutDirection);
    const built: AnyProcedure =
      procedure.endpoint.type === 'query'
        ? base.query(({ ctx, input }) => dispatch(ctx, procedure, input))
        : base.mutation(({ ctx, input }) => dispatch(ctx, procedure, input));
    record[resource] = { ...record[resource], [verb]: built };
  }
  // The router is made from the registry at run time; its type is derived from the same registry in app-router.ts.
  return t.router(record) as unknown as AppRouter;
}
