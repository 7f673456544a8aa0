import { describe, expect, it } from 'vitest';
import { instanceApi } from '#server/contract/instance-api.ts';
import { type CreateFields, emptyFields, toCreateField, toCreateInput } from './create-fields.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ ada@laptop';
const imageId = '0198a1b2-0000-7000-8000-000000000001';
const flavorId = '0198a1b2-0000-7000-8000-000000000002';
const fields = (more: Partial<CreateFields>): CreateFields => ({ ...emptyFields, name: 'web-1', imageId, ...more });

describe('the request that the fields make', () => {
  it('of a VM is one that the contract takes, without the fields of a container', () => {
    const input = toCreateInput('blue', fields({ size: flavorId, savedKeys: [key], image: 'nginx', count: 3 }));
    expect(input).toEqual({ project: 'blue', kind: 'vm', name: 'web-1', flavorId, imageId, sshKeys: [key], count: 3 });
    expect(instanceApi.create.input.safeParse(input).success).toBe(true);
  });

  it('of a container is one that the contract takes, without the fields of a VM', () => {
    const input = toCreateInput(
      'blue',
      fields({
        kind: 'container',
        image: ' redis:8 ',
        command: 'redis-server --save ""',
        env: [
          { name: 'A', value: '1' },
          { name: '', value: '' },
        ],
        ports: [{ containerPort: 6379, hostPort: undefined, protocol: 'tcp' }],
        userData: 'x',
        entrypoint: '/init "a b"',
        workingDir: ' /srv',
        user: 'app:app',
        tty: true,
      }),
    );
    expect(input).toEqual({
      project: 'blue',
      kind: 'container',
      name: 'web-1',
      vcpus: 1,
      memoryMiB: 1024,
      image: 'redis:8',
      command: ['redis-server', '--save', ''],
      entrypoint: ['/init', 'a b'],
      workingDir: '/srv',
      user: 'app:app',
      tty: true,
      env: { A: '1' },
      ports: [{ containerPort: 6379, hostPort: undefined, protocol: 'tcp' }],
    });
    expect(instanceApi.create.input.safeParse(input).success).toBe(true);
  });

  it('of a VM on a kept disk names that disk, and neither a host nor a number nor a size of disk', () => {
    const bootVolumeId = '0198a1b2-0000-7000-8000-000000000003';
    const input = toCreateInput('blue', fields({ bootFrom: 'volume', bootVolumeId, hostId: flavorId, count: 2 }));
    expect(input).toEqual({ project: 'blue', kind: 'vm', name: 'web-1', vcpus: 1, memoryMiB: 1024, bootVolumeId });
    expect(instanceApi.create.input.safeParse(input).success).toBe(true);
  });

  it('with an empty count is refused, not sent as one', () => {
    expect(instanceApi.create.input.safeParse(toCreateInput('blue', fields({ count: undefined }))).success).toBe(false);
  });
});

it('shows what is wrong at the field that it came from', () => {
  const toField = toCreateField(() =>
    fields({
      env: [
        { name: 'A', value: '' },
        { name: '1B', value: '' },
      ],
    }),
  );
  expect(toField('sshKeys.2')).toBe('pastedKey');
  expect(toField('entrypoint.1')).toBe('entrypoint');
  expect(toField('command.0')).toBe('command');
  expect(toField('env.1B')).toBe('env.1.name');
  expect(toField('ports.0.hostPort')).toBe('ports.0.hostPort');
});
