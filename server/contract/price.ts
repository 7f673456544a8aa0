import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { timeSchema } from './ids.ts';

/** Money is a decimal as text, to the millionth: 0.1 as a floating number is not 0.1. */
export const moneySchema = z
  .string()
  .trim()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'Write a number such as 0.0125, with a point and at most six places.');

/** ISO 4217, as far as this runtime knows. */
export const currencySchema = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{3}$/, 'Write three letters, such as EUR.')
  .refine((code) => Intl.supportedValuesOf('currency').includes(code), 'There is no currency of this code (ISO 4217).');

const rates = { vcpuHour: moneySchema, memoryGiBHour: moneySchema, diskGiBHour: moneySchema };

export const priceSchema = z.object({
  effectiveFrom: timeSchema,
  vcpuHour: z.string(),
  memoryGiBHour: z.string(),
  diskGiBHour: z.string(),
});
export type Price = z.output<typeof priceSchema>;

export const priceListSchema = z.object({
  currency: z.string().nullable().describe('null: there are no prices'),
  current: priceSchema.nullable(),
  prices: z.array(priceSchema).describe('Newest first; each holds until the next'),
});

export const priceApi = {
  get: endpoint({
    type: 'query',
    summary: 'What an hour costs, now and before',
    policy: { kind: 'self', permission: 'self:read' },
    rest: { method: 'GET', path: '/prices' },
    input: z.strictObject({}),
    output: priceListSchema,
  }),
  set: endpoint({
    type: 'mutation',
    summary: 'Set prices from a moment on; what was set for later moments is replaced',
    policy: { kind: 'system', permission: 'price:write' },
    rest: { method: 'PUT', path: '/prices' },
    input: z.strictObject({
      ...rates,
      currency: currencySchema,
      effectiveFrom: timeSchema.optional().describe('Default: now. Earlier: past costs are computed anew'),
    }),
    output: priceListSchema,
  }),
};
