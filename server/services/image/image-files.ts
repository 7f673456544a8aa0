import { join } from 'node:path';

/** Where the bytes of a ready image lie: by their checksum, so that what was inspected is what is used (security.md 8). */
export const imagePath = (dataDir: string, sha256: string): string => join(dataDir, 'images', sha256);

/** Where an upload grows until it is complete and inspected. */
export const uploadPath = (dataDir: string, imageId: string): string => join(dataDir, 'images', `.upload-${imageId}`);
