import { createHash } from 'node:crypto';
import type { ImageSource } from '../driver.ts';

/**
 * A guest of one sector that sleeps until the power button is pressed, and then turns itself off:
 *
 *     mov dx,0x602; mov ax,0x100; out dx,ax        # ACPI PM1a enable: power button
 *     l: sti; hlt; mov dx,0x600; in ax,dx; test ah,1; jz l
 *     mov dx,0x604; mov ax,0x2000; out dx,ax; jmp l
 */
const BUTTON_GUEST = Buffer.alloc(1024 * 1024);
BUTTON_GUEST.write('ba0206b80001effbf4ba0006edf6c40174f5ba0406b80020efebec', 'hex');
BUTTON_GUEST.set([0x55, 0xaa], 510);

/** It as an image. */
export function buttonGuestImage(storagePool: string): Extract<ImageSource, { kind: 'vm' }> {
  return {
    kind: 'vm',
    sha256: createHash('sha256').update(BUTTON_GUEST).digest('hex'),
    format: 'raw',
    sizeBytes: BUTTON_GUEST.length,
    virtualSizeBytes: BUTTON_GUEST.length,
    storagePool,
    async *open() {
      yield BUTTON_GUEST.subarray(0, 1000);
      yield BUTTON_GUEST.subarray(1000);
    },
  };
}
