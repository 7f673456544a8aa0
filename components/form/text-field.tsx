'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { type Control, type FieldPath, type FieldValues, useController } from 'react-hook-form';
import { Field } from '../ui/field.tsx';
import { TextArea } from '../ui/text-area.tsx';
import { TextInput } from '../ui/text-input.tsx';

export interface TextFieldProps<V extends FieldValues, O> {
  control: Control<V, unknown, O>;
  name: FieldPath<V>;
  label: ReactNode;
  hint?: ReactNode;
  optional?: boolean;
  placeholder?: string;
  type?: 'text' | 'email' | 'password' | 'url';
  autoComplete?: string;
  autoFocus?: boolean;
  mono?: boolean;
  /** Several lines. */
  rows?: number;
  className?: string;
}

/** A labelled text field of a form. */
export function TextField<V extends FieldValues, O>({
  control,
  name,
  label,
  hint,
  optional,
  rows,
  className,
  ...input
}: TextFieldProps<V, O>) {
  const t = useTranslations('form');
  const { field, fieldState } = useController({ control, name });
  return (
    <Field
      label={label}
      hint={hint}
      optional={optional ? t('optional') : undefined}
      error={fieldState.error?.message}
      {...(className && { className })}
    >
      {(ids) => {
        const { type, autoFocus, ...shared } = { ...input, ...ids, ...field, value: String(field.value ?? '') };
        return rows ? (
          <TextArea {...shared} rows={rows} />
        ) : (
          <TextInput {...shared} type={type} autoFocus={autoFocus} />
        );
      }}
    </Field>
  );
}
