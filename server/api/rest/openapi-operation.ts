import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiParameters, ZodOpenApiResponsesObject } from 'zod-openapi';
import { type Endpoint, type RestRoute, takesWait } from '#server/contract/endpoint.ts';
import { problemDocumentSchema } from '#server/contract/problem.ts';
import { openapiExamples } from './openapi-examples.ts';

/** One operation of the document, from an entry of the registry. */
export function openapiOperation(
  resource: string,
  verb: string,
  endpoint: Endpoint,
  rest: RestRoute,
): ZodOpenApiOperationObject {
  const { policy, summary } = endpoint;
  const permission = 'permission' in policy ? policy.permission : null;
  const body = bodyOf(endpoint, rest);
  const example = openapiExamples[`${resource}.${verb}`];
  return {
    operationId: `${resource}${verb.charAt(0).toUpperCase()}${verb.slice(1)}`,
    summary,
    description: permission === null ? undefined : needOf(policy, permission),
    tags: [resource],
    // OpenAPI 3.1 §4.8.30: for other schemes than OAuth the list names the roles that are needed.
    security: permission === null ? [] : [{ token: [permission] }],
    requestParams: requestParamsOf(endpoint, rest),
    ...(body && {
      requestBody: { required: !body.optional, content: { 'application/json': { schema: body.schema, example } } },
    }),
    responses: responsesOf(endpoint, rest),
  };
}

/** What a caller needs; what gives rights to others is for people who are signed in. */
function needOf(policy: Endpoint['policy'], permission: string): string {
  const need = `Needs the permission \`${permission}\` (${whereOf(policy.kind)}).`;
  return 'sessionOnly' in policy && policy.sessionOnly ? `${need} Refused to tokens.` : need;
}

function whereOf(kind: Endpoint['policy']['kind']): string {
  switch (kind) {
    case 'project':
      return 'in the project';
    case 'visible':
      return 'answers what is in projects where you hold it';
    case 'system':
      return 'of the whole cloud';
    case 'self':
    case 'public':
      return 'on what is your own';
  }
}

const pathNames = (rest: RestRoute): string[] => [...rest.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
const hasBody = (rest: RestRoute): boolean => rest.method !== 'GET' && rest.method !== 'DELETE';

/** The fields of an input: of all its variants where it is a union. */
function shapesOf(input: z.ZodType): z.ZodObject[] {
  if (input instanceof z.ZodObject) return [input];
  if (input instanceof z.ZodDiscriminatedUnion) return input.options.filter((option) => option instanceof z.ZodObject);
  throw new Error('An input of the registry is neither an object nor a union of objects.');
}

/** Places without parameters are left out. */
function requestParamsOf(endpoint: Endpoint, rest: RestRoute): ZodOpenApiParameters {
  const path = parametersOf(endpoint, rest, 'path');
  const query = parametersOf(endpoint, rest, 'query');
  const header = headersOf(endpoint, rest);
  return { ...(path && { path }), ...(query && { query }), ...(header && { header }) };
}

function parametersOf(endpoint: Endpoint, rest: RestRoute, place: 'path' | 'query'): z.ZodObject | undefined {
  const inPath = pathNames(rest);
  const [first] = shapesOf(endpoint.input);
  const fields = Object.entries(first?.shape ?? {}).filter(([name]) =>
    place === 'path' ? inPath.includes(name) : !hasBody(rest) && !inPath.includes(name),
  );
  if (place === 'query' && takesWait(rest)) fields.push(['wait', waitSchema]);
  return fields.length === 0 ? undefined : z.object(Object.fromEntries(fields));
}

const waitSchema = z
  .string()
  .regex(/^\d{1,2}s?$/)
  .optional()
  .describe('Seconds to wait for the operation, at most 60, such as 30s');

function headersOf(endpoint: Endpoint, rest: RestRoute): z.ZodObject | undefined {
  const fields: z.ZodRawShape = {
    ...(rest.method === 'POST' && {
      'Idempotency-Key': z.string().max(200).optional().describe('Unique for each change; needed with a token'),
    }),
    ...(endpoint.type === 'mutation' &&
      rest.etag && {
        'If-Match':
          rest.etag === 'required'
            ? z.string().describe('ETag of the version that you have read')
            : z.string().optional().describe('ETag of the version that you have read'),
      }),
  };
  return Object.keys(fields).length === 0 ? undefined : z.object(fields);
}

function bodyOf(endpoint: Endpoint, rest: RestRoute): { schema: z.ZodType; optional: boolean } | null {
  if (!hasBody(rest)) return null;
  const inPath = pathNames(rest);
  const bodies = shapesOf(endpoint.input).map(({ shape }) =>
    z.strictObject(Object.fromEntries(Object.entries(shape).filter(([name]) => !inPath.includes(name)))),
  );
  const [only] = bodies;
  if (!only || bodies.every((body) => Object.keys(body.shape).length === 0)) return null;
  const schema = bodies.length === 1 ? only : z.union(bodies);
  return { schema, optional: schema.safeParse({}).success };
}

const problem = (text: string) => ({
  description: text,
  content: { 'application/problem+json': { schema: problemDocumentSchema } },
});

const locationHeader = z.string().describe('The operation');
const etagHeader = z.string().describe('Version, for If-Match');

function responsesOf(endpoint: Endpoint, rest: RestRoute): ZodOpenApiResponsesObject {
  const status = rest.status ?? 200;
  const content = { 'application/json': { schema: endpoint.output } };
  const headers = z.object({
    ...(status === 202 && { Location: locationHeader }),
    ...(rest.etag && { ETag: etagHeader }),
    'X-Request-Id': z.string(),
  });
  const success = status === 204 ? { description: 'Done', headers } : { description: 'Success', headers, content };
  return {
    [`${status}`]: success,
    ...(status === 202 && { '200': { description: 'The operation is done (with `wait`)', headers, content } }),
    '400': problem('The request is not valid'),
    '401': problem('Not signed in'),
    '403': problem('Not allowed'),
    '404': problem('Not there, or not yours to see'),
    ...(endpoint.type === 'mutation' && {
      '409': problem('Not possible in this state'),
      '412': problem('It has changed since'),
      '422': problem('Understood, but cannot be done'),
    }),
    ...(rest.etag === 'required' && { '428': problem('If-Match is missing') }),
    '429': problem('Too many requests; see Retry-After'),
    default: problem('Any other failure'),
  } as ZodOpenApiResponsesObject;
}
