import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

export interface Crumb {
  href: string;
  text: string;
}

export interface PageHeaderProps {
  title: ReactNode;
  /** Where this page hangs: from the list down to its parent. */
  crumbs?: readonly Crumb[];
  /** Beside the title: a state. */
  state?: ReactNode;
  /** A quiet line below. */
  detail?: ReactNode;
  actions?: ReactNode;
}

/** The head of a page: where it is, what it is, in which state, what can be done. */
export function PageHeader({ title, crumbs = [], state, detail, actions }: PageHeaderProps) {
  const label = useTranslations('shell')('breadcrumbs');
  return (
    <header className="mb-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        {crumbs.length > 0 ? (
          <nav aria-label={label} className="mb-0.5 flex items-center gap-1 text-12 text-text-2">
            {crumbs.map(({ href, text }) => (
              <span key={href} className="flex items-center gap-1">
                <Link href={href} className="inline-flex min-h-6 items-center hover:text-lagoon hover:underline">
                  {text}
                </Link>
                <ChevronRight size={12} aria-hidden className="text-text-3" />
              </span>
            ))}
          </nav>
        ) : null}
        <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1">
          <h1 className="min-w-0 text-20 font-semibold">{title}</h1>
          {state}
        </div>
        {detail ? <div className="mt-0.5 text-text-2">{detail}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}
