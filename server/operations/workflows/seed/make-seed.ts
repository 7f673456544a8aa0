import { stringify } from 'yaml';
import type { VmSpec } from '#server/drivers/driver.ts';

/** What cloud-init is given when nobody wrote user-data: NoCloud wants the file to be there. */
const emptyUserData = '#cloud-config\n{}\n';

/**
 * The NoCloud seed of a VM (cloud-init docs, datasources/nocloud). Host name and keys go into meta-data, which every
 * reader of NoCloud takes them from, so that the user-data stays byte for byte what its author wrote: a script, a
 * cloud-config, a MIME archive. Nothing has to be merged, and nothing of ours can be overridden or broken by it.
 * A new instance id makes cloud-init run again; it is ours and stays for the life of the instance.
 */
export function makeSeed(input: {
  instanceId: string;
  hostname: string;
  sshKeys: readonly string[];
  userData: string | null;
}): NonNullable<VmSpec['seed']> {
  const metaData = {
    'instance-id': input.instanceId,
    'local-hostname': input.hostname,
    'public-keys': [...input.sshKeys],
  };
  return {
    // Lines are not folded: some small readers of NoCloud go through the file line by line.
    metaData: stringify(metaData, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }),
    userData: input.userData ?? emptyUserData,
    networkConfig: null,
  };
}
