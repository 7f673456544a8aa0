import { clsx as cx } from 'clsx';

/** The shape of what is loading, so that nothing jumps when it comes. */
export const Skeleton = ({ className }: { className?: string }) => (
  <span aria-hidden className={cx('block h-4 animate-pulse rounded-[4px] bg-line', className)} />
);

/** Skeletons of `rows` table rows. */
export const SkeletonRows = ({ rows = 6 }: { rows?: number }) => (
  <div aria-hidden className="divide-y divide-line">
    {Array.from({ length: rows }, (_, index) => `row-${index}`).map((key, index) => (
      <div key={key} className="flex h-(--row) items-center gap-6 px-3">
        <Skeleton className={index % 3 === 0 ? 'w-40' : 'w-28'} />
        <Skeleton className="w-20" />
        <Skeleton className="w-32 max-sm:hidden" />
        <Skeleton className="ml-auto w-16" />
      </div>
    ))}
  </div>
);
