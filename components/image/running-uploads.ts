'use client';

import { useSyncExternalStore } from 'react';
import { uploadImage } from './image-upload.ts';

/** How far an upload of this tab is. */
export interface RunningUpload {
  sentBytes: number;
  totalBytes: number;
}

const running = new Map<string, { progress: RunningUpload; controller: AbortController }>();
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

const askBeforeLeaving = (event: BeforeUnloadEvent) => event.preventDefault();

/**
 * Uploads a file to an image. It outlives the page that it was started on, as long as the tab is open; the browser asks
 * before the tab is closed. Answers false when it was stopped.
 * @throws what uploadImage throws
 */
export async function runUpload(image: string, file: File): Promise<boolean> {
  const controller = new AbortController();
  const keep = (sentBytes: number) => {
    running.set(image, { progress: { sentBytes, totalBytes: file.size }, controller });
    tell();
  };
  if (running.size === 0) window.addEventListener('beforeunload', askBeforeLeaving);
  keep(0);
  try {
    await uploadImage(image, file, keep, controller.signal);
    return true;
  } catch (error) {
    if (controller.signal.aborted) return false;
    throw error;
  } finally {
    running.delete(image);
    if (running.size === 0) window.removeEventListener('beforeunload', askBeforeLeaving);
    tell();
  }
}

/** Stops an upload of this tab; what has arrived stays. */
export const stopUpload = (image: string): void => running.get(image)?.controller.abort();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How far the upload of an image is that this tab runs; null where it runs none. */
export const useRunningUpload = (image: string): RunningUpload | null =>
  useSyncExternalStore(
    subscribe,
    () => running.get(image)?.progress ?? null,
    () => null,
  );
