import { setTimeout as sleep } from 'node:timers/promises';
import type { StorageVolume } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import { DriverError, type InstanceRef, type LogLine, type LogWanted } from '../driver.ts';
import { LineSplitter } from '../line-splitter.ts';
import type { HostCalls } from './host-calls.ts';
import { logName } from './names.ts';
import { listActivePools } from './pool.ts';
import { findByName } from './volume.ts';

/** How often a log that is followed is looked at: libvirt tells nobody that a file has grown. */
const followMs = 1_000;

/** Reads a volume from an offset to its end. */
type Download = (vol: StorageVolume, offset: bigint, signal: AbortSignal) => Promise<AsyncIterable<Buffer>>;

/**
 * What a VM has printed on its serial console since it was defined, as virtlogd keeps it (2 MiB; what was rotated away before is not
 * read). It can be read after the VM has died, too.
 *
 * @throws DriverError `not_found` where nothing is kept.
 */
export async function openBootLog(
  calls: HostCalls,
  download: Download,
  ref: InstanceRef,
  { follow, tail }: LogWanted,
  stop: AbortSignal,
): Promise<AsyncIterable<LogLine>> {
  const vol = await findLog(calls, ref);
  // The first part is asked for here, so that a host that refuses is known before anything is answered.
  const first = await download(vol, 0n, stop);

  async function* lines(): AsyncGenerator<LogLine> {
    const splitter = new LineSplitter();
    let offset = 0n;
    const kept: string[] = [];
    for await (const chunk of first) {
      offset += BigInt(chunk.length);
      const whole = splitter.push(chunk);
      if (tail === null) yield* whole.map(asLine);
      else kept.splice(0, Math.max(0, kept.push(...whole) - tail));
    }
    yield* kept.map(asLine);
    while (follow && !stop.aborted) {
      await sleep(followMs, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) return;
      for await (const chunk of await download(vol, offset, stop)) {
        offset += BigInt(chunk.length);
        yield* splitter.push(chunk).map(asLine);
      }
    }
    const rest = splitter.end();
    if (rest !== null && tail !== 0) yield asLine(rest);
  }
  return lines();
}

async function findLog(calls: HostCalls, ref: InstanceRef): Promise<StorageVolume> {
  for (const pool of await listActivePools(calls)) {
    const vol = await findByName(calls, pool, logName(ref.id));
    if (vol) return vol;
  }
  throw new DriverError('not_found', 'No boot log of this VM is kept.', { outcome: 'not_done' });
}

const asLine = (text: string): LogLine => ({ stream: 'console', time: null, text });
