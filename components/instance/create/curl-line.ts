/** Quotes for a POSIX shell: inside single quotes only the single quote itself needs care. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The same request with curl. `path` stands below /api/v1; the token is read from the environment. */
export function curlLine(origin: string, path: string, body: unknown): string {
  return [
    `curl -X POST ${quoted(`${origin}/api/v1${path}`)}`,
    '-H "Authorization: Bearer $ATOLL_TOKEN"',
    '-H "Idempotency-Key: $(uuidgen)"',
    "-H 'Content-Type: application/json'",
    `-d ${quoted(JSON.stringify(body, null, 2))}`,
  ].join(' \\\n  ');
}
