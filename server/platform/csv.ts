/** Begins a CSV file: a byte order mark, without which spreadsheets read UTF-8 as something else. */
export const csvStart = '\u{feff}';

/** One line of CSV (RFC 4180). */
export const csvLine = (cells: readonly (string | null)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/**
 * A cell. Spreadsheets run what begins with one of these signs as a formula, and names and addresses are written by strangers: an
 * apostrophe makes it text (OWASP, CSV injection; security.md 48).
 */
function csvCell(value: string | null): string {
  const text = /^[=+\-@\t\r\n]/.test(value ?? '') ? `'${value}` : (value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
