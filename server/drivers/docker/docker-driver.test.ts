import { startHost } from '#server/testing/lab/start-host.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import { connectSsh } from '#server/transport/ssh/connect-ssh.ts';
import { type DriverLab, driverSuite } from '../driver-suite.ts';
import { DockerDriver } from './docker-driver.ts';
import { containerName } from './labels.ts';

/** Runs until it gets SIGTERM: the first process of a container ignores signals that it does not handle. */
const sleeper = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'];

async function dockerLab(over: 'local' | 'ssh'): Promise<DriverLab> {
  const host = await startHost({ name: `docker-${over}`, engines: ['docker'] });
  const { ssh, dockerSocketPath } = host.info;
  const machine =
    over === 'local'
      ? new LocalMachine()
      : await connectSsh({ ...ssh, credential: { type: 'private-key', privateKey: ssh.privateKey } });
  const socketPath = over === 'local' ? dockerSocketPath : '/run/docker.sock';
  const driver = new DockerDriver({ type: 'machine', machine, socketPath });
  return {
    driver,
    image: { kind: 'container', ref: 'busybox:latest' },
    storagePool: 'docker',
    network: 'default',
    volume: (ids) => ({
      ...ids,
      kind: 'container',
      storagePool: 'docker',
      name: 'data',
      sizeGiB: 1,
      baseSha256: null,
      baseFormat: null,
    }),
    instance: ({ tag, name, volumeId, imageRef }) => ({
      kind: 'container',
      tag,
      name,
      hostname: name,
      vcpus: 1,
      memoryMiB: 64,
      imageRef,
      command: sleeper,
      entrypoint: null,
      env: {},
      ports: [],
      volumes: [{ volumeId, target: '/data', readOnly: false }],
      network: 'default',
      restartPolicy: 'unless-stopped',
      workingDir: null,
      user: null,
      tty: false,
    }),
    async makeUnmanaged() {
      const id = (await host.docker(['run', '--detach', '--name', 'theirs', 'busybox', ...sleeper])).trim();
      return { id, look: () => host.docker(['inspect', id]) };
    },
    outside: {
      forceOff: async (id) => void (await host.docker(['kill', containerName(id)])),
      start: async (id) => void (await host.docker(['start', containerName(id)])),
    },
    traits: { showsNames: false, stopsWhenAsked: true, protectsVolumes: true },
    async close() {
      await driver.close();
      machine.close();
      await host.stop();
    },
  };
}

driverSuite('Docker on this machine', () => dockerLab('local'));
driverSuite('Docker over SSH', () => dockerLab('ssh'));
