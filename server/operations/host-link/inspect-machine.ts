import type { DoctorCheck } from '#server/contract/host.ts';
import type { Machine } from '#server/transport/machine.ts';
import type { MachineReport } from './host-report.ts';
import { askIdentity } from './machine-identity.ts';
import { machineScript } from './machine-script.ts';

/** Beyond this, certificates and logs begin to disagree. */
const clockToleranceSeconds = 5;

/** Facts and doctor's lines about the machine itself. @throws TransportError. */
export async function inspectMachine(
  machine: Machine,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<MachineReport> {
  const askedAt = Date.now();
  const { stdout } = await machine.runScript(machineScript, options);
  // The machine looked at its clock some time between question and answer.
  const here = (askedAt + Date.now()) / 2000;
  const facts = new Map(stdout.split('\n').map((line) => splitOnce(line)));
  const fact = (key: string): string => facts.get(key) || 'unknown';
  return {
    identity: await askIdentity(machine, options.signal),
    system: {
      hostname: fact('hostname'),
      os: fact('os'),
      kernel: fact('kernel'),
      arch: fact('arch'),
      cpuModel: fact('cpu'),
    },
    checks: machineChecks(machine.label, fact, Number(facts.get('time')) - here),
  };
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1).trim()];
}

function machineChecks(label: string, fact: (key: string) => string, clockOffset: number): DoctorCheck[] {
  const ok = (id: string, found: string): DoctorCheck => ({ id, state: 'ok', found, fix: null, command: null });
  const gib = (kib: string): string => `${(Number(kib) / 2 ** 20).toFixed(1)} GiB`;
  const checks = [
    ok('machine.reached', label === 'local' ? 'this machine' : `signed in as ${label}`),
    ok('machine.cpu', `${fact('cpus')} × ${fact('cpu')}`),
    ok('machine.memory', gib(fact('memory'))),
    ok('machine.disk', `${gib(fact('free'))} free of ${gib(fact('disk'))} on /`),
  ];
  const seconds = `${clockOffset.toFixed(1)} s against ours`;
  const right = Math.abs(clockOffset) <= clockToleranceSeconds;
  checks.push(
    right
      ? ok('machine.clock', seconds)
      : {
          id: 'machine.clock',
          state: 'warn',
          found: Number.isNaN(clockOffset) ? 'unknown' : seconds,
          fix: 'Let the host keep its clock by NTP.',
          command: 'timedatectl set-ntp true',
        },
  );
  const name = fact('hostname');
  checks.push(
    fact('resolves') === 'yes'
      ? ok('machine.name', name)
      : {
          id: 'machine.name',
          state: 'warn',
          found: `${name} does not resolve on the host itself`,
          fix: 'libvirt looks its own name up at each start of a guest and waits 5 s in vain: put it into /etc/hosts.',
          command: `echo "127.0.1.1 $(hostname)" >> /etc/hosts`,
        },
  );
  return checks;
}
