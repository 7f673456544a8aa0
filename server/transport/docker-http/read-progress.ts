import { DockerError } from './docker-error.ts';

/** One line of a pull, load or build. */
export interface ProgressMessage {
  /** Layer that it is about, if any. */
  id?: string;
  status?: string;
  /** What a load or build printed, for instance "Loaded image: busybox:latest". */
  stream?: string;
  current?: number;
  total?: number;
}

/**
 * Reads a progress stream to its end: only then the work is done.
 *
 * @throws DockerError for an error that comes inside the stream, after the 200 that promised success.
 */
export async function readProgress(
  lines: AsyncIterable<Record<string, unknown>>,
  onMessage: (message: ProgressMessage) => void,
): Promise<void> {
  for await (const line of lines) {
    const detail = record(line.errorDetail);
    if (typeof line.error === 'string' || detail) {
      const status = typeof detail?.code === 'number' ? detail.code : 500;
      throw new DockerError(
        status,
        text(line.error) ?? text(detail?.message) ?? 'Docker reported an error without words',
      );
    }
    const progress = record(line.progressDetail);
    onMessage({
      id: text(line.id),
      status: text(line.status),
      stream: text(line.stream),
      current: typeof progress?.current === 'number' ? progress.current : undefined,
      total: typeof progress?.total === 'number' ? progress.total : undefined,
    });
  }
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
