import type { ApiOperation } from './api-document.ts';

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The request of an operation as a command for a POSIX shell; `$TOKEN` and names in braces are left to fill in. */
export function curlExample({ method, path, parameters, requestBody }: ApiOperation, baseUrl: string): string {
  const lines = [`curl${method === 'get' ? '' : method === 'head' ? ' --head' : ` -X ${method.toUpperCase()}`}`];
  lines.push(`-H "Authorization: Bearer $TOKEN"`);
  const header = (name: string) => parameters.some((each) => each.in === 'header' && each.name === name);
  if (header('Idempotency-Key')) lines.push(`-H "Idempotency-Key: $(uuidgen)"`);
  if (parameters.some((each) => each.name === 'If-Match' && each.required)) lines.push(`-H 'If-Match: "VERSION"'`);
  const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type && body) {
    lines.push(`-H 'Content-Type: ${type}'`);
    if (body.example !== undefined) lines.push(`-d ${quote(JSON.stringify(body.example))}`);
    else if (type !== 'application/json') lines.push('--data-binary @FILE');
  }
  lines.push(quote(`${baseUrl}${path}`));
  return lines.join(' \\\n  ');
}
