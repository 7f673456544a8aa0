import { z } from 'zod';
import { densities, locales, projectPattern, rails, themes } from './preferences.ts';

/** What `PUT /api/preferences` takes. For the server alone: no page needs zod to know what a preference is. */
export const preferencesSchema = z.strictObject({
  theme: z.enum(themes).optional(),
  density: z.enum(densities).optional(),
  locale: z.enum(locales).optional(),
  rail: z.enum(rails).optional(),
  project: z.string().regex(projectPattern).optional(),
});
