import { clsx as cx } from 'clsx';
import { type ReactNode, useId } from 'react';

export interface CardProps {
  title?: ReactNode;
  /** Beside the title: a link or a button. */
  aside?: ReactNode;
  children: ReactNode;
  /** false: the content reaches the edges (tables). */
  padded?: boolean;
  className?: string;
}

/** A quiet box with an optional title. */
export function Card({ title, aside, children, padded = true, className }: CardProps) {
  const heading = useId();
  return (
    <section
      aria-labelledby={title ? heading : undefined}
      className={cx('min-w-0 rounded-card border border-line bg-surface-1', className)}
    >
      {title ? (
        <header className="flex min-h-11 items-center justify-between gap-3 px-4 pt-1">
          <h2 id={heading} className="text-14 font-semibold">
            {title}
          </h2>
          {aside}
        </header>
      ) : null}
      <div className={cx(padded && (title ? 'px-4 pb-4' : 'p-4'))}>{children}</div>
    </section>
  );
}
