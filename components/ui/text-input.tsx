import { clsx as cx } from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

/** Classes of everything one types into. */
export const inputStyle =
  'w-full min-w-0 rounded-control border border-line-strong bg-surface-1 px-2.5 text-text-1 placeholder:text-text-3 aria-invalid:border-bad focus-visible:outline-offset-0';

export interface TextInputProps extends ComponentProps<'input'> {
  mono?: boolean;
  /** A unit after the number, such as GiB. */
  suffix?: ReactNode;
}

/** One line of text or a number. */
export function TextInput({ className, mono, suffix, ...rest }: TextInputProps) {
  const input = (
    <input
      spellCheck={false}
      {...rest}
      className={cx(inputStyle, 'h-8', mono && 'font-mono', suffix ? 'pr-12 tabular' : null, className)}
    />
  );
  if (!suffix) return input;
  return (
    <span className="relative block">
      {input}
      <span aria-hidden className="pointer-events-none absolute inset-y-0 right-2.5 flex items-center text-text-3">
        {suffix}
      </span>
    </span>
  );
}
