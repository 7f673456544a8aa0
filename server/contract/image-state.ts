export const imageFormats = ['qcow2', 'raw', 'iso'] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** uploading/importing → inspecting → ready | failed. Only a ready image is given to any tool. */
export const imageStates = ['uploading', 'importing', 'inspecting', 'ready', 'failed', 'deleting'] as const;
