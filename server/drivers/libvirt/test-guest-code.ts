/**
 * The boot sector of the test guest. It does what kernels do early and what a half-working KVM fails at, then turns the
 * machine off. Assembled from (GNU as, Intel syntax; loaded at 0x7c00):
 *
 *     .code16
 *       cli; xor ax,ax; mov ds,ax; mov es,ax; mov ss,ax; mov sp,0x7c00
 *       mov di,0x1000; mov cx,0x1800; cld; rep stosw       # three empty page tables
 *       mov word ptr [0x1000],0x2003                       # the first 2 MiB, onto themselves
 *       mov word ptr [0x2000],0x3003
 *       mov word ptr [0x3000],0x0083
 *       mov eax,0xa0; mov cr4,eax; mov eax,0x1000; mov cr3,eax
 *       mov ecx,0xc0000080; rdmsr; or eax,0x100; wrmsr     # EFER: long mode
 *       mov eax,cr0; or eax,0x80000001; mov cr0,eax        # paging and protection
 *       lgdt [gdtr]; jmp 8:long
 *     gdt:  .quad 0, 0x00209a0000000000
 *     gdtr: .word 15; .long gdt
 *     .code64
 *     long:
 *       mov edi,0x8000; xor eax,eax; xor edx,edx; mov [rdi],rax; mov [rdi+8],rax; mov ebx,1; xor ecx,ecx
 *       lock cmpxchg16b [rdi]; jnz hang                    # Linux needs it, PVM's emulation lacks it
 *       mov ecx,0x10000000
 *     spin: dec ecx; jnz spin                              # a blink natively, minutes where each step is emulated
 *       mov edx,0x604; mov eax,0x2000; out dx,ax           # ACPI PM1a control: soft off (PIIX4 and ICH9 in QEMU)
 *     hang: hlt; jmp hang
 */
const CODE =
  'fa31c08ed88ec08ed0bc007cbf0010b90018fcf3abc70600100320c70600200330c7060030830066b8a00000000f22e0' +
  '66b8001000000f22d866b9800000c00f32660d000100000f300f20c0660d010000800f22c00f0116707cea767c080090' +
  '000000000000000000000000009a20000f00607c0000bf0080000031c031d248890748894708bb0100000031c9f0480f' +
  'c70f7515b900000010ffc975fcba04060000b80020000066eff4ebfd0000';

/** Firmware finds no geometry on a much smaller disk. */
const DISK_BYTES = 1024 * 1024;

/** The test guest's disk: a boot sector, and nothing. */
export function testGuestDisk(): Buffer {
  const disk = Buffer.alloc(DISK_BYTES);
  disk.write(CODE, 'hex');
  disk.set([0x55, 0xaa], 510);
  return disk;
}
