import type { CreateContainer } from '#server/contract/instance.ts';
import { splitCommand } from './split-command.ts';

export const customSize = 'custom';

/** What the fields of the create page hold, for both kinds: switching the kind loses nothing. */
export interface CreateFields {
  kind: 'vm' | 'container';
  name: string;
  count: number | undefined;
  start: boolean;
  /** '' lets Atoll choose; only admins may name one. */
  hostId: string;
  /** '' lets Atoll choose among the pools that the project may use. */
  poolId: string;
  /** '' for none. */
  placementGroupId: string;
  traits: string[];
  /** Id of a flavor, or `custom`. */
  size: string;
  vcpus: number | undefined;
  memoryMiB: number | undefined;
  diskGiB: number | undefined;
  bootFrom: 'image' | 'volume';
  imageId: string;
  /** A kept disk of the project. */
  bootVolumeId: string;
  /** Saved keys that were ticked, in full. */
  savedKeys: string[];
  pastedKey: string;
  savePastedKey: boolean;
  hostname: string;
  userData: string;
  network: string;
  image: string;
  command: string;
  entrypoint: string;
  workingDir: string;
  user: string;
  tty: boolean;
  env: { name: string; value: string }[];
  ports: { containerPort: number | undefined; hostPort: number | undefined; protocol: 'tcp' | 'udp' }[];
  volumes: { name: string; target: string; readOnly: boolean }[];
  restartPolicy: CreateContainer['restartPolicy'];
}

/** Never kept in the draft: what may be secret, and the kind, which the address says. */
export const undraftedFields = ['userData', 'env', 'kind'] as const;

export const emptyFields: CreateFields = {
  kind: 'vm',
  name: '',
  count: 1,
  start: true,
  hostId: '',
  poolId: '',
  placementGroupId: '',
  traits: [],
  size: customSize,
  vcpus: 1,
  memoryMiB: 1024,
  diskGiB: 10,
  bootFrom: 'image',
  imageId: '',
  bootVolumeId: '',
  savedKeys: [],
  pastedKey: '',
  savePastedKey: false,
  hostname: '',
  userData: '',
  network: 'default',
  image: '',
  command: '',
  entrypoint: '',
  workingDir: '',
  user: '',
  tty: false,
  env: [],
  ports: [],
  volumes: [],
  restartPolicy: 'unless-stopped',
};

const filled = <T>(value: T): T | undefined => (value === '' || value === undefined ? undefined : value);

/** Whether a VM boots from a kept disk: there is one of it, and it lies on a host already. */
export const keepsDisk = ({ kind, bootFrom }: Pick<CreateFields, 'kind' | 'bootFrom'>): boolean =>
  kind === 'vm' && bootFrom === 'volume';

/** The request that the fields make: `POST /projects/{project}/instances`, with what is at its default left out. */
export function toCreateInput(project: string, fields: CreateFields): Record<string, unknown> {
  const { kind } = fields;
  const isKept = keepsDisk(fields);
  const hasDisk = kind === 'vm' && !isKept;
  const size =
    fields.size === customSize
      ? { vcpus: fields.vcpus, memoryMiB: fields.memoryMiB, ...(hasDisk && { diskGiB: fields.diskGiB }) }
      : { flavorId: fields.size };
  const shared = {
    project,
    kind,
    name: fields.name,
    ...size,
    hostname: filled(fields.hostname),
    ...(fields.network !== 'default' && { network: fields.network }),
    ...(fields.count !== 1 && !isKept && { count: fields.count ?? Number.NaN }),
    ...(!fields.start && { start: false }),
    hostId: isKept ? undefined : filled(fields.hostId),
    poolId: filled(fields.poolId),
    placementGroupId: filled(fields.placementGroupId),
    ...(fields.traits.length > 0 && { traits: fields.traits }),
  };
  const own = kind === 'vm' ? vmInput(fields) : containerInput(fields);
  return Object.fromEntries(Object.entries({ ...shared, ...own }).filter(([, value]) => value !== undefined));
}

function vmInput(fields: CreateFields) {
  const sshKeys = [...fields.savedKeys, ...(fields.pastedKey.trim() ? [fields.pastedKey.trim()] : [])];
  return {
    ...(fields.bootFrom === 'volume' ? { bootVolumeId: fields.bootVolumeId } : { imageId: fields.imageId }),
    ...(sshKeys.length > 0 && { sshKeys }),
    userData: filled(fields.userData),
  };
}

function containerInput(fields: CreateFields) {
  const env = fields.env.filter(({ name, value }) => name !== '' || value !== '');
  return {
    image: fields.image.trim(),
    ...(fields.command.trim() && { command: splitCommand(fields.command) }),
    ...(fields.entrypoint.trim() && { entrypoint: splitCommand(fields.entrypoint) }),
    workingDir: filled(fields.workingDir.trim()),
    user: filled(fields.user.trim()),
    ...(fields.tty && { tty: true }),
    ...(env.length > 0 && { env: Object.fromEntries(env.map(({ name, value }) => [name, value])) }),
    ...(fields.ports.length > 0 && { ports: fields.ports }),
    ...(fields.volumes.length > 0 && { volumes: fields.volumes }),
    ...(fields.restartPolicy !== 'unless-stopped' && { restartPolicy: fields.restartPolicy }),
  };
}

/** The field that shows what is wrong at a path of the request. */
export const toCreateField =
  (fields: () => CreateFields) =>
  (path: string): string => {
    const [head = '', part = ''] = path.split('.');
    if (head === 'sshKeys') return 'pastedKey';
    if (head === 'command' || head === 'entrypoint') return head;
    if (head === 'flavorId') return 'size';
    if (head === 'env') {
      const index = fields().env.findIndex(({ name }) => name === part);
      return index < 0 ? 'env' : `env.${index}.name`;
    }
    return path;
  };
