import { AtollError } from '#server/contract/errors.ts';
import { idSchema } from '#server/contract/ids.ts';
import { maxImageBytes } from '#server/contract/image.ts';
import { requireActor } from '#server/services/access/enter.ts';
import { getUpload, receiveImage, type UploadState } from '#server/services/image/receive-image.ts';
import type { ActorContext } from '#server/services/service-context.ts';
import { checkOrigin } from '../check-origin.ts';
import type { ApiCall } from '../dispatch.ts';

/*
 * Bytes of an image, resumable:
 * - PUT with the whole image, or with `Content-Range: bytes 1000-1999/5000`;
 * - PATCH with `Upload-Offset: 1000` (as in draft-ietf-httpbis-resumable-upload) and the bytes that follow;
 * - HEAD answers how far it is in `Upload-Offset` and `Upload-Length`.
 * 204 while bytes are missing, 200 with the image when it is complete and was found to be sound.
 */

const methods = 'HEAD, OPTIONS, PATCH, PUT';

/** Answers `/images/{image}/data`. */
export async function handleImageData(call: ApiCall, request: Request, rawId: string): Promise<Response> {
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow: methods } });
  const ctx = requireActor(call);
  const id = idSchema.safeParse(rawId);
  if (!id.success) throw new AtollError('not_found');
  switch (request.method) {
    case 'HEAD':
      return uploadResponse(await getUpload(ctx, id.data));
    case 'PUT':
      checkOrigin(call, request.headers);
      return receive(ctx, id.data, rangeStart(request.headers), request);
    case 'PATCH':
      checkOrigin(call, request.headers);
      return receive(ctx, id.data, uploadOffset(request.headers), request);
    default:
      throw new AtollError('method_not_allowed', `Allowed here: ${methods}.`);
  }
}

async function receive(ctx: ActorContext, id: string, offset: number, request: Request): Promise<Response> {
  return uploadResponse(await receiveImage(ctx, id, offset, request.body ?? emptyBody()));
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {
  // No bytes: asks to look at an upload that is complete.
}

function uploadResponse({ receivedBytes, totalBytes, image }: UploadState): Response {
  const headers = {
    'upload-offset': String(receivedBytes),
    'upload-length': String(totalBytes),
    'cache-control': 'no-store',
  };
  const complete = image.state === 'ready';
  return complete ? Response.json(image, { headers }) : new Response(null, { status: 204, headers });
}

/** RFC 9110 §14.4: `bytes first-last/total`; the whole image where the header is missing. */
function rangeStart(headers: Headers): number {
  const range = headers.get('content-range');
  if (range === null) return 0;
  const first = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(range)?.[1];
  return parseOffset(first, 'Write Content-Range as bytes FIRST-LAST/TOTAL.');
}

function uploadOffset(headers: Headers): number {
  const header = headers.get('upload-offset') ?? '';
  return parseOffset(/^\d{1,15}$/.exec(header)?.[0], 'Say with Upload-Offset where the bytes belong.');
}

function parseOffset(text: string | undefined, message: string): number {
  const offset = Number(text ?? Number.NaN);
  if (!Number.isSafeInteger(offset) || offset > maxImageBytes) throw new AtollError('bad_request', message);
  return offset;
}
