import { LoaderCircle } from 'lucide-react';

/** Something is on its way; `label` says what. */
export const Spinner = ({ label }: { label: string }) => (
  <span role="status" className="inline-flex items-center gap-2 text-text-2">
    <LoaderCircle size={16} aria-hidden className="animate-spin text-busy" />
    {label}
  </span>
);
