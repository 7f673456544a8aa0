'use client';

import type { ReactNode } from 'react';
import { type Control, type FieldPath, type FieldValues, useController } from 'react-hook-form';
import { Checkbox } from '../ui/checkbox.tsx';

export interface CheckFieldProps<V extends FieldValues, O> {
  control: Control<V, unknown, O>;
  name: FieldPath<V>;
  label: ReactNode;
  hint?: ReactNode;
}

/** Yes or no in a form. */
export function CheckField<V extends FieldValues, O>({ control, name, label, hint }: CheckFieldProps<V, O>) {
  const { field } = useController({ control, name });
  return <Checkbox checked={Boolean(field.value)} onChange={field.onChange} label={label} hint={hint} />;
}
