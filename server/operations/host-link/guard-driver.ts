import type { CallOptions, Driver } from '#server/drivers/driver.ts';
import type { Breaker } from './breaker.ts';
import type { Bulkhead } from './bulkhead.ts';

export interface Guards {
  breaker: Breaker;
  /** Short calls of the whole host. */
  calls: Bulkhead;
  /** Calls that move many bytes, so that uploads do not hold up a stop. */
  transfers: Bulkhead;
}

/** The same driver behind its breaker and its host's bulkheads. Watching takes no place: it lasts. */
export function guardDriver(driver: Driver, { breaker, calls, transfers }: Guards): Driver {
  const through =
    (lane: Bulkhead) =>
    <A extends unknown[], O extends CallOptions, R>(method: (...args: [...A, O]) => Promise<R>) =>
    (...args: [...A, O]): Promise<R> => {
      const { signal } = args.at(-1) as O;
      return lane.run(signal, () => breaker.run(() => method.apply(driver, args)));
    };
  const call = through(calls);
  const transfer = through(transfers);
  return {
    engine: driver.engine,
    inspect: transfer(driver.inspect),
    list: call(driver.list),
    watch: (listener) => breaker.run(() => driver.watch(listener)),
    getInstance: call(driver.getInstance),
    prepare: call(driver.prepare),
    ensureImage: transfer(driver.ensureImage),
    createVolume: transfer(driver.createVolume),
    findVolume: call(driver.findVolume),
    deleteVolume: call(driver.deleteVolume),
    defineInstance: call(driver.defineInstance),
    undefineInstance: call(driver.undefineInstance),
    startInstance: call(driver.startInstance),
    requestStop: call(driver.requestStop),
    forceOff: call(driver.forceOff),
    reboot: call(driver.reboot),
    reset: call(driver.reset),
    pause: call(driver.pause),
    resume: call(driver.resume),
    rename: call(driver.rename),
    listImages: call(driver.listImages),
    removeImage: call(driver.removeImage),
    loadImage: transfer(driver.loadImage),
    removeLeftover: call(driver.removeLeftover),
    // Only the opening takes a place: what was opened lasts.
    openConsole: call(driver.openConsole),
    openLog: call(driver.openLog),
    close: () => driver.close(),
  };
}
