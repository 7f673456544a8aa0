import type { FormEvent } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';

/** `onSubmit` of a form: judges the fields, puts what is wrong on them, and hands the request to `send` when all is right. */
export const submitForm =
  <V extends FieldValues, O extends FieldValues>(form: UseFormReturn<V, unknown, O>, send: (input: O) => void) =>
  (event: FormEvent): void => {
    void form.handleSubmit(send)(event);
  };
