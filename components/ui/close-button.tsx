import { X } from 'lucide-react';
import type { ComponentProps } from 'react';

/**
 * The cross at the corner of what stands in front. It comes last in the document, so that the first field has the
 * focus, and has no tooltip, which would take the first Escape for itself.
 */
export const CloseButton = ({ label, ...rest }: ComponentProps<'button'> & { label: string }) => (
  <button
    type="button"
    aria-label={label}
    {...rest}
    className="absolute top-2.5 right-3 inline-flex size-7 items-center justify-center rounded-control text-text-2 transition-colors hover:bg-hover hover:text-text-1"
  >
    <X size={16} aria-hidden />
  </button>
);
