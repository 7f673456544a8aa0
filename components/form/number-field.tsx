'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { type Control, type FieldPath, type FieldValues, useController } from 'react-hook-form';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';

export interface NumberFieldProps<V extends FieldValues, O> {
  control: Control<V, unknown, O>;
  name: FieldPath<V>;
  label: ReactNode;
  hint?: ReactNode;
  optional?: boolean;
  /** The unit, shown in the field. */
  unit?: string;
  min?: number;
  max?: number;
  placeholder?: string;
  className?: string;
}

/** A labelled whole number; an empty field is `undefined`. */
export function NumberField<V extends FieldValues, O>({
  control,
  name,
  label,
  hint,
  optional,
  unit,
  className,
  ...input
}: NumberFieldProps<V, O>) {
  const t = useTranslations('form');
  const { field, fieldState } = useController({ control, name });
  const { onChange, value, ...bound } = field;
  return (
    <Field
      label={label}
      hint={hint}
      optional={optional ? t('optional') : undefined}
      error={fieldState.error?.message}
      {...(className && { className })}
    >
      {(ids) => (
        <TextInput
          {...input}
          {...ids}
          {...bound}
          type="number"
          inputMode="numeric"
          suffix={unit}
          value={typeof value === 'number' && !Number.isNaN(value) ? value : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.valueAsNumber)}
        />
      )}
    </Field>
  );
}
