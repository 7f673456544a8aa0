import { parseProblem, RestError } from '../lib/problem.ts';

/** One request carries this much; a broken connection costs at most that. */
const chunkBytes = 16 * 2 ** 20;
/** A broken line is tried again after these pauses; together half a minute. */
const retryMs = [1_000, 2_000, 4_000, 8_000, 15_000];

/** The connection ended before the server answered. */
class LostConnection extends Error {}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Sends a file to an image in chunks, from where the server already is: a broken line goes on by itself, a reloaded page
 * when the same file is chosen again. XMLHttpRequest and not fetch(), because only it tells how much was sent.
 * Aborting leaves what has arrived.
 * @throws RestError when the server refuses; another error when the line stays broken or `signal` is aborted
 */
export async function uploadImage(
  image: string,
  file: File,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; ; failures += 1) {
    try {
      await sendFrom(await receivedBytes(image, signal), image, file, onProgress, signal);
      return;
    } catch (error) {
      const wait = retryMs[failures];
      // fetch() tells of a broken line with a TypeError.
      const isBroken = error instanceof LostConnection || error instanceof TypeError;
      if (!isBroken || signal.aborted || wait === undefined) throw error;
      await pause(wait);
    }
  }
}

async function sendFrom(
  start: number,
  image: string,
  file: File,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let from = start; from < file.size; from += chunkBytes) {
    const chunk = file.slice(from, Math.min(file.size, from + chunkBytes));
    await sendChunk(image, chunk, from, (sent) => onProgress(from + sent), signal);
  }
  onProgress(file.size);
}

async function receivedBytes(image: string, signal: AbortSignal): Promise<number> {
  const answer = await fetch(`/api/v1/images/${image}/data`, { method: 'HEAD', signal });
  // An answer to HEAD has no body that says why; the first chunk will get one.
  return Number(answer.headers.get('upload-offset') ?? 0);
}

function sendChunk(
  image: string,
  chunk: Blob,
  offset: number,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const request = new XMLHttpRequest();
  const done = Promise.withResolvers<void>();
  const abort = () => request.abort();
  signal.addEventListener('abort', abort, { once: true });
  request.open('PATCH', `/api/v1/images/${image}/data`);
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.setRequestHeader('Upload-Offset', String(offset));
  request.upload.onprogress = ({ loaded }) => onSent(loaded);
  request.onloadend = () => {
    signal.removeEventListener('abort', abort);
    if (request.status >= 200 && request.status < 300) return done.resolve();
    const problem = readProblem(request.responseText);
    done.reject(problem ? new RestError(problem) : new LostConnection());
  };
  request.send(chunk);
  return done.promise;
}

function readProblem(text: string) {
  try {
    return parseProblem(JSON.parse(text));
  } catch {
    return null; // no answer, or a proxy's page of its own
  }
}
