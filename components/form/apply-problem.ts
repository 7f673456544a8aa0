import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import type { ShownProblem } from '../lib/problem.ts';
import { type FormTranslator, translateSentence } from './field-message.ts';

/** `/ports/0/hostPort` (RFC 6901) → `ports.0.hostPort`, as react-hook-form names a field. */
export const fieldOfPointer = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');

/**
 * Puts the server's refusals on the fields they are about and moves the focus to the first. `toField` names the field
 * where form and request differ. Answers whether the problem is about no field, so that only a notice tells it.
 */
export function applyProblem<V extends FieldValues, O>(
  form: UseFormReturn<V, unknown, O>,
  problem: ShownProblem,
  t: FormTranslator,
  toField: (path: string) => string = (path) => path,
): { left: boolean } {
  let placed = 0;
  for (const { pointer, message } of problem.errors) {
    const name = toField(fieldOfPointer(pointer));
    if (!name || !((name.split('.')[0] as string) in form.getValues())) continue;
    const text = translateSentence(t, message) ?? message;
    form.setError(name as Path<V>, { type: 'server', message: text }, { shouldFocus: placed === 0 });
    placed += 1;
  }
  return { left: placed === 0 };
}
