const mask = '***';

/** Shorter ones would mask half the text, and nobody's secret is that short. */
const shortestSecret = 4;

/** What is a secret wherever it stands: keys in PEM, credentials in URLs, bearer tokens, `password=…` and the like. */
const patterns: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, mask],
  [/([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi, `$1:${mask}@`],
  [/\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}/gi, `$1 ${mask}`],
  [/\b(pass(?:word|wd|phrase)?|secret|token|api[_-]?key)(["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi, `$1$2${mask}`],
];

/** Replaces known secrets and what looks like one by `***`. For everything that goes into logs, messages and problems. */
export function maskSecrets(text: string, known: ReadonlySet<string> = new Set()): string {
  let masked = text;
  // Longest first: a secret that contains another must not leave its ends behind.
  for (const secret of [...known].sort((a, b) => b.length - a.length)) masked = masked.replaceAll(secret, mask);
  for (const [pattern, replacement] of patterns) masked = masked.replace(pattern, replacement);
  return masked;
}

/** What must be masked when `secret` is known: itself, each of its longer lines, and its usual encodings. */
export function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const forms = [secret, ...lines, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
  return forms.filter((form) => form.length >= shortestSecret);
}

/** Longer texts say no more to a person, and would fill the database. */
const longestText = 2_000;

/** Text of others as it may be stored and shown: masked, without control characters but line ends and tabs, cut to 2,000. */
export function cleanText(text: string, known: ReadonlySet<string>): string {
  const masked = maskSecrets(text, known).replace(/[^\P{Cc}\n\t]/gu, ' ');
  return masked.length <= longestText ? masked : `${masked.slice(0, longestText - 1)}…`;
}
