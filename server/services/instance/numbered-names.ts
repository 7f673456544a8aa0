import { AtollError } from '#server/contract/errors.ts';
import { labelPattern } from '#server/contract/ids.ts';

/** The names of `count` instances: the name itself for one, `name-1` to `name-n` for more. Throws `validation_failed`. */
export function numberedNames(name: string, count: number): string[] {
  if (count === 1) return [name];
  const names = Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
  if (names.every((each) => labelPattern.test(each))) return names;
  const message = 'The name is too long to be numbered.';
  throw new AtollError('validation_failed', message, { fields: [{ pointer: '/name', code: 'too_big', message }] });
}
