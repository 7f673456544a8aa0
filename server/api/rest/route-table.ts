import type { RestRoute } from '#server/contract/endpoint.ts';
import type { Procedure } from '../dispatch.ts';

export interface RestProcedure extends Procedure {
  rest: RestRoute;
}

/** Below one path: a procedure per method. */
interface PathEntry {
  segments: readonly string[];
  methods: Map<RestRoute['method'], RestProcedure>;
}

export type RouteTable = readonly PathEntry[];

export type RouteMatch =
  | { found: 'procedure'; procedure: RestProcedure; params: Record<string, string> }
  /** The path is there, the method is not. */
  | { found: 'path'; allow: string[] }
  | { found: 'nothing' };

/** The REST routes of the registry. Fixed segments are tried before parameters: `/host-keys/identity` is no id. */
export function routeTable(procedures: Iterable<Procedure>): RouteTable {
  const byPath = new Map<string, PathEntry>();
  for (const procedure of procedures) {
    const { rest } = procedure.endpoint;
    if (!rest) continue;
    const entry = byPath.get(rest.path) ?? { segments: rest.path.split('/').slice(1), methods: new Map() };
    if (entry.methods.has(rest.method)) throw new Error(`Two procedures at ${rest.method} ${rest.path}.`);
    entry.methods.set(rest.method, { ...procedure, rest });
    byPath.set(rest.path, entry);
  }
  const parameters = (entry: PathEntry): number => entry.segments.filter(isParameter).length;
  return [...byPath.values()].sort((a, b) => parameters(a) - parameters(b));
}

/** Finds the procedure of a request; `path` is below /api/v1 and still percent-encoded. HEAD is asked of GET. */
export function matchRoute(table: RouteTable, method: string, path: string): RouteMatch {
  const segments = path.split('/').slice(1);
  let seen: { entry: PathEntry; params: Record<string, string> } | null = null;
  for (const entry of table) {
    const params = matchSegments(entry.segments, segments);
    if (!params) continue;
    const procedure = entry.methods.get((method === 'HEAD' ? 'GET' : method) as RestRoute['method']);
    if (procedure) return { found: 'procedure', procedure, params };
    seen ??= { entry, params };
  }
  return seen ? { found: 'path', allow: allowedMethods(seen.entry) } : { found: 'nothing' };
}

function allowedMethods(entry: PathEntry): string[] {
  const methods: string[] = [...entry.methods.keys()];
  if (entry.methods.has('GET')) methods.push('HEAD');
  return [...methods, 'OPTIONS'].sort();
}

const isParameter = (segment: string): boolean => segment.startsWith('{');

function matchSegments(pattern: readonly string[], actual: readonly string[]): Record<string, string> | null {
  if (pattern.length !== actual.length) return null;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const given = decodeSegment(actual[index] ?? '');
    if (given === null || given === '') return null;
    if (isParameter(wanted)) params[wanted.slice(1, -1)] = given;
    else if (wanted !== given) return null;
  }
  return params;
}

function decodeSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Broken percent-encoding names nothing.
    return null;
  }
}
