import type { TRPCBuiltRouter, TRPCDefaultErrorShape, TRPCMutationProcedure, TRPCQueryProcedure } from '@trpc/server';
import type { Api, OutputOf, RawInputOf } from '#server/contract/api.ts';
import type { Endpoint } from '#server/contract/endpoint.ts';
import type { ProblemDocument } from '#server/contract/problem.ts';

type ProcedureOf<E extends Endpoint> = E['type'] extends 'query'
  ? TRPCQueryProcedure<{ input: RawInputOf<E>; output: OutputOf<E>; meta: unknown }>
  : TRPCMutationProcedure<{ input: RawInputOf<E>; output: OutputOf<E>; meta: unknown }>;

type RecordOf<A extends Record<string, Record<string, Endpoint>>> = {
  [Resource in keyof A]: { [Verb in keyof A[Resource]]: ProcedureOf<A[Resource][Verb]> };
};

/** The error as the browser gets it: tRPC's shape with the problem document in `data.problem`. */
export type ErrorShape = TRPCDefaultErrorShape & { data: { problem: ProblemDocument } };

/** Type of the tRPC router, derived from the registry alone: the browser imports nothing else of the server. */
export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  RecordOf<Api>
>;
