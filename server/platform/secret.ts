import { inspect } from 'node:util';

const masked = '***';

/**
 * A value that must not be shown: it prints `***` in JSON, in template strings, in console and log, and in errors that
 * carry it. Only {@link Secret.reveal} gives it, so every place that uses one can be found by that word.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return masked;
  }

  toJSON(): string {
    return masked;
  }

  [Symbol.toPrimitive](): string {
    return masked;
  }

  [inspect.custom](): string {
    return masked;
  }
}

/** Wraps a value so that it cannot be printed. */
export const secret = <T>(value: T): Secret<T> => new Secret(value);
