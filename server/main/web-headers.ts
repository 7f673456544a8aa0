import { randomBytes } from 'node:crypto';

/** 128 random bits, fresh for each page (CSP3 §8.1). */
export const newNonce = (): string => randomBytes(16).toString('base64');

/** Headers of every answer. */
export function securityHeaders(origin: string): [string, string][] {
  const headers: [string, string][] = [
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'no-referrer'],
    ['x-frame-options', 'DENY'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()'],
  ];
  // Half a year; without includeSubDomains, because neighbours of a homelab name may have no certificate.
  if (origin.startsWith('https:')) headers.push(['strict-transport-security', 'max-age=15552000']);
  return headers;
}

/**
 * Content Security Policy of a page: scripts run only with the nonce of this page, and what they load. Styles may be inline,
 * because toasts and charts set them while they run; nothing of ours writes style from what users type.
 */
export function pagePolicy(nonce: string): string {
  return [
    `default-src 'self'`,
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `worker-src 'self' blob:`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}
