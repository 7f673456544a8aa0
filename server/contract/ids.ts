import { z } from 'zod';

/** UUIDv7 (RFC 9562 §5.7) as every Atoll id; any UUID version is accepted on input so that adopted domains fit. */
export const idSchema = z.uuid().describe('UUID');

/** RFC 1123 label: what a hostname, a project slug and an instance name may look like. At most 63 characters. */
export const labelPattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A name that is also a hostname: lower-case letters, digits and hyphens (RFC 1123 §2.1). */
export const labelSchema = z
  .string()
  .min(1)
  .max(63)
  .regex(labelPattern, 'Use lower-case letters, digits and hyphens; begin and end with a letter or digit.');

/** Text that people read: no control characters, 1–100 characters. */
export const titleSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'Control characters are not allowed.');

/** A project in a path: its id or its slug. */
export const projectRefSchema = z.union([idSchema, labelSchema]).describe('Project id or slug');

/** RFC 3339 time in UTC, as every time in the API. */
export const timeSchema = z.iso.datetime();

export const emailSchema = z.email().max(254).toLowerCase();
