import { withFile } from '../with-file.ts';
import { type InspectedImage, inspectImage } from './inspect-image.ts';

/** {@link inspectImage} of a file, with its size. Throws the same, and errors of the file system. */
export function inspectImageFile(path: string): Promise<InspectedImage & { sizeBytes: number }> {
  return withFile(path, 'r', async (file) => {
    const { size: sizeBytes } = await file.stat();
    const facts = await inspectImage(async (offset, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    }, sizeBytes);
    return { ...facts, sizeBytes };
  });
}
