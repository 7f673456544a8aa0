import { isIP } from 'node:net';
import type { Db } from '#server/db/client.ts';
import { getHost, listAllHosts } from '#server/db/host-store.ts';
import { readSecret, type SecretRef } from '#server/db/sealed-secret-store.ts';
import { HostAccess } from '#server/operations/host-link/host-access.ts';
import { HostLinks } from '#server/operations/host-link/host-links.ts';
import { openHost } from '#server/operations/host-link/open-host.ts';
import type { WorkflowTools } from '#server/operations/workflows/workflow-tools.ts';
import type { Log } from '#server/platform/log.ts';
import { networkSet } from '#server/platform/outbound-http/public-address.ts';
import type { UrlPolicy } from '#server/platform/outbound-http/url-policy.ts';
import type { SealingPrivateKey } from '#server/platform/sealing.ts';
import type { Secret } from '#server/platform/secret.ts';

export interface WorkerParts {
  links: HostLinks;
  access: HostAccess;
  tools: WorkflowTools;
}

/** Builds what operations and reconcilers of a worker work with. */
export function makeWorkerParts(given: {
  db: Db;
  log: Log;
  dataDir: string;
  sealingKey: SealingPrivateKey;
  sshKey: Secret<string>;
  /** Networks that images may be fetched from although they are not public. */
  downloadNetworks: readonly string[];
}): WorkerParts {
  const { db, log, dataDir, sealingKey, sshKey } = given;
  const openSecret = (ref: SecretRef) => readSecret(db, sealingKey, ref);
  const known = (id: string) => getHost(db, { id });
  const links = new HostLinks({ db, log, open: (host) => openHost({ sshKey, openSecret, known }, host) });
  const access = new HostAccess({ db, links });
  const allowed = networkSet(given.downloadNetworks);
  const urlPolicy = async (): Promise<UrlPolicy> => {
    const hosts = (await listAllHosts(db)).flatMap(({ address }) => (address && isIP(address) ? [address] : []));
    return { allowed, denied: networkSet(hosts) };
  };
  return { links, access, tools: { db, dataDir, urlPolicy, hosts: access, openSecret } };
}
