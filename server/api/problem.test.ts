import { TRPCError } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AtollError, type ErrorCode, errorTable } from '#server/contract/errors.ts';
import { problemDocumentSchema } from '#server/contract/problem.ts';
import { problemResponse, toAtollError, toProblem } from './problem.ts';

describe('a problem document', () => {
  it.each(Object.keys(errorTable) as ErrorCode[])('tells %s with status, title and what to do', async (code) => {
    const error = new AtollError(code, 'What happened.', {
      detail: 'SELECT secret',
      retryAfterSeconds: 7,
      extra: { reasons: [1] },
    });
    const response = problemResponse(error, 'request-1');
    const body: unknown = await response.json();
    expect(problemDocumentSchema.safeParse(body).success).toBe(true);
    expect(body).toMatchObject({
      code,
      status: response.status,
      detail: 'What happened.',
      requestId: 'request-1',
      reasons: [1],
    });
    expect(response.status).toBe(errorTable[code].http);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('retry-after')).toBe('7');
    expect(JSON.stringify(body)).not.toContain('SELECT');
  });

  it('says nothing of what is not known', () => {
    for (const thrown of [
      new Error('relation "user" does not exist at /work/db.ts'),
      'text',
      null,
      new TypeError('x'),
    ]) {
      const problem = toProblem(toAtollError(thrown), 'id');
      expect(problem.code).toBe('internal');
      expect(JSON.stringify(problem)).not.toMatch(/relation|db\.ts|text/);
    }
  });

  it('points at the fields that are wrong', () => {
    const schema = z.strictObject({ name: z.string().min(3), 'a/b': z.array(z.strictObject({ x: z.int() })) });
    const parsed = schema.safeParse({ name: 'x', 'a/b': [{ x: 1.5, y: 2 }], extra: 1 });
    const problem = toProblem(toAtollError(parsed.error), 'id');
    expect(problem.code).toBe('validation_failed');
    expect(problem.errors.map(({ pointer }) => pointer).sort()).toEqual(['/a~1b/0/x', '/a~1b/0/y', '/extra', '/name']);
  });

  it('cannot overwrite its own members by extra ones', () => {
    const error = new AtollError('conflict', 'x', { extra: { status: 200, code: 'fine', requestId: 'other' } });
    expect(toProblem(error, 'id')).toMatchObject({ status: 409, code: 'conflict', requestId: 'id' });
  });

  it('tells what tRPC refuses by itself', () => {
    const codes = { NOT_FOUND: 'not_found', PARSE_ERROR: 'bad_request', INTERNAL_SERVER_ERROR: 'internal' } as const;
    for (const [code, expected] of Object.entries(codes))
      expect(toAtollError(new TRPCError({ code: code as keyof typeof codes })).code).toBe(expected);
    const cause = new AtollError('in_use');
    expect(toAtollError(new TRPCError({ code: 'BAD_REQUEST', cause }))).toBe(cause);
  });
});
