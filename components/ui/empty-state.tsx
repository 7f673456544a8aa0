import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  icon: LucideIcon;
  /** What this is, in one sentence. */
  title: ReactNode;
  detail?: ReactNode;
  /** One action. */
  action?: ReactNode;
}

/** An empty list that teaches: one sentence, one action. */
export const EmptyState = ({ icon: Icon, title, detail, action }: EmptyStateProps) => (
  <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
    <Icon size={24} strokeWidth={1.5} aria-hidden className="text-text-3" />
    <div className="text-14 font-medium">{title}</div>
    {detail ? <p className="max-w-md text-text-2">{detail}</p> : null}
    {action ? <div className="mt-2 flex gap-2">{action}</div> : null}
  </div>
);
