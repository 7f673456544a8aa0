import { z } from 'zod';

/** RFC 9457 problem document as every refusal and failure is told over REST, and as `data.problem` over tRPC. */
export const problemDocumentSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string().describe('Stable; a key of the error table'),
  detail: z.string(),
  hint: z.string().describe('What to do'),
  errors: z
    .array(z.object({ pointer: z.string(), code: z.string(), message: z.string() }))
    .describe('Fields that are wrong'),
  params: z.record(z.string(), z.union([z.string(), z.number()])).describe('Values for translated messages'),
  requestId: z.string(),
});
export type ProblemDocument = z.output<typeof problemDocumentSchema> & Record<string, unknown>;
