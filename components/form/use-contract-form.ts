'use client';

import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
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

/** A schema of the contract, or (a constant of its module) how it is fetched: zod is no part of the page's first load then. */
export type Rules<S extends z.ZodType> = S | (() => Promise<S>);

const isFetched = <S extends z.ZodType>(rules: Rules<S>): rules is () => Promise<S> => typeof rules === 'function';

/**
 * A form that obeys a schema of the contract. The fields hold `V`; `toInput` makes the request of it, and the schema
 * judges that request, so the rules stand in the contract alone. Messages are in the person's language.
 */
export function useContractForm<V extends FieldValues, S extends z.ZodType>(
  rules: Rules<S>,
  { defaultValues, toInput, toField }: ContractFormOptions<V>,
): UseFormReturn<V, unknown, z.output<S> & FieldValues> {
  const t = useTranslations('form');
  useEffect(() => {
    // Before they are needed; a failure is met again, and told, when the form is sent.
    if (isFetched(rules)) rules().catch(() => undefined);
  }, [rules]);
  return useForm<V, unknown, z.output<S> & FieldValues>({
    defaultValues,
    mode: 'onTouched',
    resolver: async (values) => {
      const schema = isFetched(rules) ? await rules() : rules;
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
