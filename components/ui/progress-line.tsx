/** Work in progress: a bar and its step in words, small enough for a table cell. */
export const ProgressLine = ({ percent, text }: { percent: number; text: string }) => (
  <span className="flex min-w-0 items-center gap-2">
    <progress className="sr-only" aria-label={text} max={100} value={percent} />
    <span aria-hidden className="h-1.5 w-16 shrink-0 overflow-hidden rounded-full bg-line">
      <span
        className="block h-full rounded-full bg-busy transition-[width]"
        style={{ width: `${Math.max(4, Math.min(100, percent))}%` }}
      />
    </span>
    <span className="truncate text-text-2">{text}</span>
  </span>
);
