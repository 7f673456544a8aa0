'use client';

import { Sheet } from '../ui/sheet.tsx';
import { RailNav } from './rail-nav.tsx';

/** The navigation of a phone: a sheet that closes when one goes somewhere. */
export const PhoneRail = ({ onClose }: { onClose: () => void }) => (
  <Sheet open onOpenChange={(open) => !open && onClose()} side="left" title="Atoll">
    <RailNav folded={false} onGo={onClose} />
  </Sheet>
);
