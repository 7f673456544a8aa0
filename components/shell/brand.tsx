import { clsx as cx } from 'clsx';
import Link from 'next/link';
import { paths } from '../lib/paths.ts';

/** The ring of an atoll around its lagoon. */
export const Mark = ({ size = 20 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" className="shrink-0">
    <circle cx="10" cy="10" r="3.5" fill="var(--lagoon)" />
    <path
      d="M10 1.75a8.25 8.25 0 1 1-7.4 4.6"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
    />
    <circle cx="5.2" cy="3.4" r="1.1" fill="currentColor" />
  </svg>
);

/** The product's name, which leads to the overview. */
export const Brand = ({ folded = false }: { folded?: boolean }) => (
  <Link
    href={paths.overview()}
    className="flex min-h-8 items-center gap-2.5 rounded-control px-2 text-14 font-semibold"
  >
    <Mark />
    <span className={cx(folded && 'sr-only')}>Atoll</span>
  </Link>
);
