import { createPrivateKey, X509Certificate } from 'node:crypto';
import { AtollError, type FieldError } from '#server/contract/errors.ts';

/**
 * Holds the certificates of a Docker host against each other before they are kept: one that cannot be read would only be noticed
 * by a connection that fails. Throws `validation_failed` at the field that is wrong.
 */
export function checkTlsFiles({ ca, cert, key }: { ca: string; cert: string; key: string }): void {
  const errors: FieldError[] = [];
  const refuse = (field: string, message: string): void => {
    errors.push({ pointer: `/connection/${field}`, code: 'invalid', message });
  };
  const authority = readable(() => new X509Certificate(ca));
  const certificate = readable(() => new X509Certificate(cert));
  const privateKey = readable(() => createPrivateKey(key));
  if (!authority) refuse('ca', 'This certificate cannot be read.');
  if (!certificate) refuse('cert', 'This certificate cannot be read.');
  if (!privateKey) refuse('key', 'This private key cannot be read.');
  if (certificate && privateKey && !certificate.checkPrivateKey(privateKey))
    refuse('key', 'This key does not belong to the certificate.');
  if (errors.length > 0) throw new AtollError('validation_failed', undefined, { fields: errors });
}

/** null where it cannot be read: what OpenSSL says then ("asn1 encoding routines") helps nobody. */
function readable<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch {
    return null;
  }
}
