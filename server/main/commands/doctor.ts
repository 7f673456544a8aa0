import { parseArgs } from 'node:util';
import { findViolations } from '#server/db/invariants.ts';
import { listUnclaimable } from '#server/db/operation-lease-store.ts';
import { findSetting } from '#server/db/setting-store.ts';
import { unclaimedMessage } from '#server/operations/engine/unclaimed-alarm.ts';
import { registerWorkflows } from '#server/operations/engine/workflow-registry.ts';
import { allWorkflows } from '#server/operations/workflows/all-workflows.ts';
import { createLog } from '#server/platform/log.ts';
import { readSecrets } from '../data-directory.ts';
import { makeWorkerParts } from '../worker-parts.ts';
import type { Command } from './command.ts';
import { checkHosts } from './doctor-hosts.ts';
import { withDatabase } from './with-database.ts';

export const doctorCommand: Command = {
  words: ['doctor'],
  usage: 'doctor [--database-only]',
  summary: 'check the invariants: rows among themselves, and rows against what is on the hosts',
  async run(args, context) {
    const { values } = parseArgs({ args, options: { 'database-only': { type: 'boolean', default: false } } });
    const secrets = await readSecrets(context.directory);
    return withDatabase(context, async (db) => {
      const restored = await findSetting(db, 'restored');
      const violations = await findViolations(db);
      const unclaimed = await listUnclaimable(db, {
        workflows: registerWorkflows(allWorkflows).names,
        dueSeconds: 120,
      });
      const { links } = makeWorkerParts({
        db,
        log: createLog({ process: 'doctor', level: 'silent' }),
        dataDir: context.directory.root,
        sealingKey: secrets.sealing.private,
        sshKey: secrets.ssh.privateKey,
        downloadNetworks: [],
      });
      try {
        const hosts = values['database-only'] ? [] : await checkHosts(db, links);
        const found = [
          ...violations.map(({ invariant, message, ids }) => `${invariant}  ${message} (${ids.join(', ')})`),
          ...unclaimed.map((operation) => `I5  ${unclaimedMessage(operation)} (${operation.id})`),
          ...hosts.flatMap((host) => host.findings.map((finding) => `I3  ${host.name}: ${finding}`)),
        ];
        const silent = hosts.filter((host) => host.error !== null);
        const lines = [
          ...(restored
            ? [`This database was restored at ${restored.at}: operations wait for "atoll restore --accept".`]
            : []),
          ...silent.map((host) => `${host.name} could not be asked: ${host.error}`),
          ...(found.length === 0 ? ['Everything is as it must be.'] : found),
        ];
        const healthy = found.length === 0 && silent.length === 0;
        return {
          json: { healthy, restored, violations, unclaimed, hosts },
          text: lines.join('\n'),
          exitCode: healthy ? 0 : 1,
        };
      } finally {
        await links.close();
      }
    });
  },
};
