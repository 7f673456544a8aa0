import { clsx as cx } from 'clsx';
import type { ComponentProps } from 'react';
import { inputStyle } from './text-input.tsx';

/** Several lines; grows with what is in it up to 20 lines. */
export const TextArea = ({ className, mono, ...rest }: ComponentProps<'textarea'> & { mono?: boolean }) => (
  <textarea
    spellCheck={false}
    rows={3}
    {...rest}
    className={cx(inputStyle, 'field-sizing-content max-h-100 min-h-16 py-1.5', mono && 'font-mono text-12', className)}
  />
);
