import {
  type CreateDocumentOptions,
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import { api } from '#server/contract/api.ts';
import type { Endpoint } from '#server/contract/endpoint.ts';
import { flavorSchema } from '#server/contract/flavor.ts';
import { containerImageSchema, hostKeySchema, hostSchema, unmanagedSchema } from '#server/contract/host.ts';
import { meSchema, sshKeySchema, tokenSchema, userSchema } from '#server/contract/identity.ts';
import { imageSchema } from '#server/contract/image.ts';
import { instanceSchema } from '#server/contract/instance.ts';
import { operationSchema } from '#server/contract/operation.ts';
import { problemDocumentSchema } from '#server/contract/problem.ts';
import { projectSchema } from '#server/contract/project.ts';
import { volumeSchema } from '#server/contract/volume.ts';
import { openapiOperation } from './openapi-operation.ts';
import { streamPaths } from './openapi-streams.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** Objects that occur in many answers, under their own names. */
const schemas = {
  ContainerImage: containerImageSchema,
  Flavor: flavorSchema,
  Host: hostSchema,
  HostKey: hostKeySchema,
  Image: imageSchema,
  Instance: instanceSchema,
  Me: meSchema,
  Operation: operationSchema,
  Problem: problemDocumentSchema,
  Project: projectSchema,
  SshKey: sshKeySchema,
  Token: tokenSchema,
  Unmanaged: unmanagedSchema,
  User: userSchema,
  Volume: volumeSchema,
};

const description = `Everything that the browser can do, by token.

- **Tokens**: \`Authorization: Bearer atoll_…\`. What a token may do is what its scopes, the role of its user and the project allow together at that moment.
- **Changes** with POST need an \`Idempotency-Key\`; the same key gives the same answer again for 24 hours.
- **Long work** answers 202 with an operation; add \`?wait=30s\` to get the answer when it is done.
- **Lists** answer \`{items, nextCursor}\`; send \`cursor\` for the next page.
- **Versions**: \`ETag\` of what was read, \`If-Match\` with what changes it.
- **Errors** are problem documents (RFC 9457) with a stable \`code\`.
- **Events**: \`GET /events\` streams every change.`;

/** The OpenAPI 3.1 document of the registry. */
export function openapiDocument(atoll: { origin: string; version: string }): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = {};
  for (const [resource, verbs] of Object.entries<Record<string, Endpoint>>(api)) {
    for (const [verb, endpoint] of Object.entries(verbs)) {
      const { rest } = endpoint;
      if (!rest) continue;
      const operation: ZodOpenApiOperationObject = openapiOperation(resource, verb, endpoint, rest);
      paths[rest.path] = { ...paths[rest.path], [rest.method.toLowerCase()]: operation };
    }
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Atoll',
        version: atoll.version,
        description,
        license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
      },
      servers: [{ url: `${atoll.origin}/api/v1` }],
      tags: Object.keys(api).map((name) => ({ name })),
      paths: { ...paths, ...streamPaths },
      components: {
        schemas,
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', bearerFormat: 'atoll_…', description: 'An API token.' },
        },
      },
    },
    { override: simplify },
  );
}

/** For readers and generators: a format says more than its pattern, and answers may get more fields in later versions. */
function simplify({ jsonSchema, io }: Parameters<Exclude<CreateDocumentOptions['override'], undefined>>[0]): void {
  if ('format' in jsonSchema) delete jsonSchema.pattern;
  if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}
