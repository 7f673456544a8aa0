import { WebSocket } from 'ws';
import type { ConsoleLimits } from '#server/console/console-limits.ts';
import { type ConsoleControl, consoleSubprotocol } from '#server/contract/console.ts';
import { createDb, type Db } from '#server/db/client.ts';
import type { InstanceRow } from '#server/db/instance-store.ts';
import type { Driver, InstanceSpec } from '#server/drivers/driver.ts';
import { SimulatedHost } from '#server/drivers/simulator/simulated-host.ts';
import { SimulatorDriver } from '#server/drivers/simulator/simulator-driver.ts';
import { type ConsoleDoor, openConsoleDoor } from '#server/main/console-door.ts';
import { createLog } from '#server/platform/log.ts';
import { makeHost, makeInstance, makeProject, makeUser } from './factories.ts';
import { startWebTestbed, type WebTestbed } from './web-testbed.ts';

/** A web and the console door of a worker, with a host that runs a VM and a container of one project. */
export interface ConsoleWorld {
  web: WebTestbed;
  door: ConsoleDoor;
  vms: SimulatedHost;
  containers: SimulatedHost;
  projectId: string;
  ownerId: string;
  vm: InstanceRow;
  container: InstanceRow;
  /** Another driver than the simulator's for this engine. */
  use(engine: Driver['engine'], driver: Driver): void;
  /** A ticket, asked for over REST. */
  ticket(credentials: { cookie?: string; token?: string }, body: object, instance?: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startConsoleWorld(limits: Partial<ConsoleLimits> = {}): Promise<ConsoleWorld> {
  const web = await startWebTestbed();
  const db: Db = createDb(web.workerUrl, { max: 5 });
  const vms = new SimulatedHost({ engine: 'libvirt' });
  const containers = new SimulatedHost({ engine: 'docker' });
  const drivers = new Map<string, Driver>([
    ['libvirt', new SimulatorDriver(vms)],
    ['docker', new SimulatorDriver(containers)],
  ]);
  const door = await openConsoleDoor({
    db,
    log: createLog({ process: 'worker', level: process.env.ATOLL_TEST_LOG === undefined ? 'silent' : 'debug' }),
    dataDir: web.app.dataDir,
    listen: null,
    driver: async (_hostId, engine) => drivers.get(engine) as Driver,
    limits: { reopenMs: 50, rightsMs: 200, ...limits },
  });
  const owner = await makeUser(web.owner, { name: 'Olga Owner' });
  const project = await makeProject(web.owner, { ownerId: owner.id });
  const host = await makeHost(web.owner);
  const place = { projectId: project.id, hostId: host.id };
  const vm = await makeInstance(web.owner, { ...place, kind: 'vm', name: 'vm' });
  const container = await makeInstance(web.owner, { ...place, kind: 'container', name: 'box' });
  await runOn(vms, vm);
  await runOn(containers, container);

  return {
    web,
    door,
    vms,
    containers,
    projectId: project.id,
    ownerId: owner.id,
    vm,
    container,
    use: (engine, driver) => void drivers.set(engine, driver),
    async ticket(credentials, body, instance = vm.id) {
      const path = `/projects/${project.id}/instances/${instance}/console`;
      const answer = await web.rest(path, { method: 'POST', body, ...credentials });
      if (answer.status !== 201) throw new Error(`no ticket: ${JSON.stringify(answer.body)}`);
      return String(answer.body.ticket);
    },
    async stop() {
      await door.close();
      await db.$disconnect();
      await web.stop();
    },
  };
}

/** Puts an instance of the database on a simulated host, running. */
export async function runOn(host: SimulatedHost, instance: InstanceRow): Promise<void> {
  const { id, projectId, generation, kind, name } = instance;
  const common = {
    tag: { instanceId: id, projectId, operationId: id, generation },
    ...{ name, hostname: name, vcpus: 1, memoryMiB: 512, volumes: [], disks: [] },
  };
  host.define({ ...common, kind, imageRef: 'image', ports: [] } as unknown as InstanceSpec);
  host.setState(id, 'running');
}

/** The other end of a console, as a browser or a program has it. */
export class ConsoleClient {
  readonly socket: WebSocket;
  readonly controls: ConsoleControl[] = [];
  /** HTTP status of a refused upgrade. */
  refused: number | null = null;
  closeCode: number | null = null;
  #text = '';
  #bytes = 0;

  /** `origin: null` sends none, as programs do. */
  constructor(web: WebTestbed, hello: object | null, options: { origin?: string | null; path?: string } = {}) {
    const { origin = web.origin, path = '/api/console' } = options;
    const url = web.url.replace('http:', 'ws:') + path;
    this.socket = new WebSocket(url, [consoleSubprotocol], origin === null ? {} : { origin });
    this.socket.on('error', () => undefined);
    this.socket.on('unexpected-response', (_request, response) => {
      this.refused = response.statusCode ?? 0;
      this.socket.terminate();
    });
    this.socket.once('open', () => hello && this.socket.send(JSON.stringify(hello)));
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) {
        this.#bytes += (data as Buffer).length;
        this.#text = (this.#text + (data as Buffer).toString('latin1')).slice(-20_000);
      } else this.controls.push(JSON.parse((data as Buffer).toString('utf8')) as ConsoleControl);
    });
    this.socket.once('close', (code) => {
      this.closeCode = code;
    });
  }

  get text(): string {
    return this.#text;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get last(): ConsoleControl | undefined {
    return this.controls.at(-1);
  }

  say(control: object): void {
    this.socket.send(JSON.stringify(control));
  }

  type(text: string): void {
    this.socket.send(Buffer.from(text, 'latin1'));
  }
}
