import type { Page } from '@playwright/test';
import Dockerode from 'dockerode';
import { startOwnWorld } from '../e2e/own-world.ts';
import type { Instance } from '../server/contract/instance.ts';
import type { Operation } from '../server/contract/operation.ts';
import { LibvirtConnection } from '../server/transport/libvirt-rpc/libvirt-connection.ts';
import { LocalMachine } from '../server/transport/local/local-machine.ts';
import { printResults, resultOf } from './measure.ts';
import { openBrowser } from './open-browser.ts';

/**
 * From a change on the host, made behind Atoll's back, until an open list of instances shows it in headless Chromium. The clock
 * starts before docker or libvirt is asked, so that their own time, printed as the baseline, is in it.
 * `node bench/event-to-dom.ts [rounds]`
 */
const rounds = Number(process.argv[2] ?? 20);

/** Wall clock in milliseconds with fractions, the same for all processes of this machine. */
const wallMs = (): number => performance.timeOrigin + performance.now();

/** When the row of an instance shows one of these words: told by a MutationObserver, in the page's own time. */
function seen(page: Page, name: string, words: string[]): Promise<number> {
  return page.evaluate(
    ([wanted, states]) =>
      new Promise<number>((resolve, reject) => {
        const look = (): boolean => {
          const row = [...document.querySelectorAll('tbody tr')].find((one) => one.textContent?.includes(wanted));
          if (!row || !states.some((state) => row.textContent?.includes(state))) return false;
          observer.disconnect();
          resolve(performance.timeOrigin + performance.now());
          return true;
        };
        const observer = new MutationObserver(look);
        setTimeout(() => reject(new Error(`${wanted} did not become ${states.join(' or ')}`)), 60_000);
        if (!look()) observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
    [name, words] as const,
  );
}

const world = await startOwnWorld('bench-dom', { image: true });
const { client, project, host } = world;
const { browser, page } = await openBrowser(world);
const docker = new Dockerode({ socketPath: host.info.dockerSocketPath });
const machine = new LocalMachine();
const libvirt = new LibvirtConnection({
  openSocket: ({ signal }) => machine.openUnixSocket(host.info.libvirtSocketPath, { signal }),
  uri: 'qemu:///system',
});

async function create(body: Record<string, unknown>): Promise<Instance> {
  const path = `/projects/${project.slug}/instances?wait=60s`;
  const { instance, operation } = await client.post<{ instance: Instance; operation: Operation }>(path, body);
  if (operation.state !== 'succeeded') throw new Error(`It ${operation.state}: ${operation.error?.detail}`);
  return instance;
}

/** Changes something to and fro; prints both ways together. */
async function watchChanges(title: string, name: string, ways: { change: () => Promise<unknown>; words: string[] }[]) {
  const calls: number[] = [];
  const shown: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const { change, words } of ways) {
      const dom = seen(page, name, words);
      const from = wallMs();
      await change();
      const called = wallMs() - from;
      const took = (await dom) - from;
      if (round === 0) continue; // warm-up
      calls.push(called);
      shown.push(took);
    }
  }
  const baseline = resultOf('the call itself', calls, calls);
  printResults(title, [baseline, resultOf('the row shows it', shown, calls)], rounds);
}

try {
  const container = await create({
    kind: 'container',
    name: 'event-ct',
    image: 'busybox:latest',
    command: ['sleep', '9999'],
  });
  const vm = await create({
    ...{ kind: 'vm', name: 'event-vm', imageId: world.image?.id, vcpus: 1, memoryMiB: 192, diskGiB: 1 },
  });
  await page.goto(`/projects/${project.slug}/instances`);
  await Promise.all([seen(page, 'event-ct', ['running']), seen(page, 'event-vm', ['running'])]);

  const onHost = docker.getContainer(`atoll-${container.id}`);
  await watchChanges('docker kill and start, until the DOM shows it', 'event-ct', [
    { change: () => onHost.kill(), words: ['stopped', 'crashed'] },
    { change: () => onHost.start(), words: ['running'] },
  ]);

  await libvirt.connect();
  const { dom } = await libvirt.call('domainLookupByUUID', { uuid: vm.id });
  await watchChanges('virsh suspend and resume, until the DOM shows it', 'event-vm', [
    { change: () => libvirt.call('domainSuspend', { dom }), words: ['paused'] },
    { change: () => libvirt.call('domainResume', { dom }), words: ['running'] },
  ]);
} finally {
  await libvirt.close();
  await browser.close();
  await world.stop();
}
