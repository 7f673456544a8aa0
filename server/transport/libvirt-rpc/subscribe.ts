import type { CallOptions } from './call-queue.ts';
import type { EventName } from './procedure.ts';
import { EVENTS } from './protocol.gen.ts';
import type { RpcChannel } from './rpc-channel.ts';

/**
 * Asks for an event of all domains, networks or pools on this channel. Returns the callback id, which belongs to the
 * channel. Rejects with LibvirtError, code 3 where the driver has no such event.
 */
export async function subscribe(channel: RpcChannel, name: EventName, options: CallOptions = {}): Promise<number> {
  const { family, id } = EVENTS[name];
  switch (family) {
    case 'domain':
      return (await channel.call('connectDomainEventCallbackRegisterAny', { eventID: id, dom: null }, options))
        .callbackID;
    case 'network':
      return (await channel.call('connectNetworkEventRegisterAny', { eventID: id, net: null }, options)).callbackID;
    case 'pool':
      return (await channel.call('connectStoragePoolEventRegisterAny', { eventID: id, pool: null }, options))
        .callbackID;
  }
}
