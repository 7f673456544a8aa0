import type { Domain, ErrorBody, Network } from './protocol.gen.ts';

/** Numbers of libvirt's errors that callers tell apart (virErrorNumber). */
export const LIBVIRT_ERROR_CODES = {
  internal: 1,
  noMemory: 2,
  noSupport: 3,
  noConnect: 5,
  invalidArgument: 8,
  operationFailed: 9,
  noSourceFile: 18,
  callFailed: 26,
  xmlError: 27,
  domainExists: 28,
  operationDenied: 29,
  systemError: 38,
  rpc: 39,
  noDomain: 42,
  noNetwork: 43,
  authFailed: 45,
  noStoragePool: 49,
  noStorageVolume: 50,
  operationInvalid: 55,
  noNwFilter: 62,
  configUnsupported: 67,
  operationTimeout: 68,
  noDomainSnapshot: 72,
  snapshotRevertRisky: 77,
  operationAborted: 78,
  noDomainMetadata: 80,
  migrateUnsafe: 81,
  overflow: 82,
  blockCopyActive: 83,
  operationUnsupported: 84,
  agentUnresponsive: 86,
  resourceBusy: 87,
  accessDenied: 88,
  storageVolumeExists: 90,
  cpuIncompatible: 91,
  xmlInvalidSchema: 92,
  migrateFinishOk: 93,
  deviceMissing: 99,
  noCheckpoint: 103,
} as const;

/** libvirt's answer to a call that it refused or failed. `message` is formatted; `str1`…`str3` are what it was made of. */
export class LibvirtError extends Error {
  override readonly name = 'LibvirtError';
  readonly procedure: string;
  readonly code: number;
  /** Which part of libvirt speaks (virErrorDomain). */
  readonly domain: number;
  /** 1 warning, 2 error. */
  readonly level: number;
  readonly str1: string | null;
  readonly str2: string | null;
  readonly str3: string | null;
  readonly int1: number;
  readonly int2: number;
  readonly dom: Domain | null;
  readonly net: Network | null;

  constructor(procedure: string, body: ErrorBody) {
    super(body.message ?? `libvirt error ${body.code}`);
    this.procedure = procedure;
    this.code = body.code;
    this.domain = body.domain;
    this.level = body.level;
    this.str1 = body.str1;
    this.str2 = body.str2;
    this.str3 = body.str3;
    this.int1 = body.int1;
    this.int2 = body.int2;
    this.dom = body.dom;
    this.net = body.net;
  }
}
