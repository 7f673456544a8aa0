'use client';

import { useTranslations } from 'next-intl';
import {
  type DefaultValues,
  type FieldErrors,
  type FieldValues,
  set,
  type UseFormReturn,
  useForm,
} from 'react-hook-form';
import type { z } from 'zod';
import { issueMessage, valueAt } from './field-message.ts';

export interface ContractFormOptions<V extends FieldValues> {
  defaultValues: DefaultValues<V>;
  /** From what the fields hold to what the contract takes: leaves out empty ones, drops the other kind's. */
  toInput?: (values: V) => unknown;
  /** Name of the field that shows what is wrong at a path of the request, where the two differ. */
  toField?: (path: string) => string;
}

/**
 * A form that obeys a schema of the contract. The fields hold `V`; `toInput` makes the request of it, and the schema
 * judges that request, so the rules stand in the contract alone. Messages are in the person's language.
 */
export function useContractForm<V extends FieldValues, S extends z.ZodType>(
  schema: S,
  { defaultValues, toInput, toField }: ContractFormOptions<V>,
): UseFormReturn<V, unknown, z.output<S> & FieldValues> {
  const t = useTranslations('form');
  return useForm<V, unknown, z.output<S> & FieldValues>({
    defaultValues,
    mode: 'onTouched',
    resolver: (values) => {
      const input = toInput ? toInput(values) : values;
      const parsed = schema.safeParse(input);
      if (parsed.success) return { values: parsed.data as z.output<S> & FieldValues, errors: {} };
      const errors: FieldErrors<V> = {};
      for (const issue of parsed.error.issues) {
        const path = issue.path.map(String).join('.') || 'root';
        const message = issueMessage(t, issue, valueAt(input, issue.path));
        set(errors, toField ? toField(path) : path, { type: issue.code, message });
      }
      return { values: {}, errors };
    },
  });
}
