import { clsx as cx } from 'clsx';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger';
export type ButtonSize = 'normal' | 'small';

const variants: Record<ButtonVariant, string> = {
  primary: 'border-transparent bg-lagoon text-on-lagoon hover:brightness-92',
  secondary: 'border-line bg-surface-2 text-text-1 hover:bg-hover',
  ghost: 'border-transparent text-text-2 hover:bg-hover hover:text-text-1',
  danger: 'border-transparent bg-bad text-on-bad hover:brightness-92',
};

const sizes: Record<ButtonSize, string> = { normal: 'h-8 px-3', small: 'h-7 px-2 text-12' };

/** Classes of everything that looks like a button: buttons, links, menu triggers. */
export const buttonStyle = (variant: ButtonVariant = 'secondary', size: ButtonSize = 'normal', more?: string): string =>
  cx(
    'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control border font-medium transition-colors',
    'aria-disabled:border-line aria-disabled:bg-surface-0 aria-disabled:text-text-3 aria-disabled:opacity-100',
    variants[variant],
    sizes[size],
    more,
  );
