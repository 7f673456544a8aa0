'use client';

import type { ReactNode } from 'react';
import { type Control, type FieldPath, type FieldValues, useController } from 'react-hook-form';
import { Field } from '../ui/field.tsx';
import { Select, type SelectOption } from '../ui/select.tsx';

export interface SelectFieldProps<V extends FieldValues, O, T extends string> {
  control: Control<V, unknown, O>;
  name: FieldPath<V>;
  label: ReactNode;
  hint?: ReactNode;
  options: readonly SelectOption<T>[];
  placeholder?: string;
  className?: string;
}

/** A labelled select of a form. */
export function SelectField<V extends FieldValues, O, T extends string>({
  control,
  name,
  label,
  hint,
  className,
  ...select
}: SelectFieldProps<V, O, T>) {
  const { field, fieldState } = useController({ control, name });
  return (
    <Field label={label} hint={hint} error={fieldState.error?.message} {...(className && { className })}>
      {(ids) => (
        <Select {...select} {...ids} value={(field.value as T | undefined) ?? null} onChange={field.onChange} />
      )}
    </Field>
  );
}
