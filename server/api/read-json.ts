import { AtollError } from '#server/contract/errors.ts';

/** Largest JSON body, in bytes (security.md 46). */
export const maxBodyBytes = 2 ** 20;

/** Nesting that no input of the API comes near. */
const maxDepth = 20;

/**
 * Reads a body of at most `maxBytes` as text.
 * Throws `payload_too_large` as soon as more has come, without reading the rest.
 */
export async function readText(body: ReadableStream<Uint8Array> | null, maxBytes = maxBodyBytes): Promise<string> {
  if (!body) return '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let received = 0;
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > maxBytes) throw new AtollError('payload_too_large');
    text += decode(decoder, chunk);
  }
  return text + decode(decoder);
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch (cause) {
    throw new AtollError('bad_request', 'The body is not UTF-8.', { cause });
  }
}

/**
 * Parses JSON from outside: no `__proto__`, `constructor` or `prototype` as a name of a field, limited depth.
 * Throws `bad_request`.
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AtollError('bad_request', 'The body is not JSON.', { cause });
  }
  checkShape(value, 0);
  return value;
}

const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);

function checkShape(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= maxDepth) throw new AtollError('bad_request', 'The JSON is nested too deeply.');
  for (const [name, member] of Object.entries(value)) {
    if (forbiddenNames.has(name)) throw new AtollError('bad_request', 'The JSON has a field of a forbidden name.');
    checkShape(member, depth + 1);
  }
}

/** Whether the header says JSON: `application/json`, with or without parameters. */
export const isJson = (contentType: string | null): boolean =>
  (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
