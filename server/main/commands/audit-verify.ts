import { parseArgs } from 'node:util';
import { verifyAudit } from '#server/db/audit-verify.ts';
import { anchorFile, readAnchors } from '#server/platform/audit-anchors.ts';
import type { Command } from './command.ts';
import { withDatabase } from './with-database.ts';

export const auditVerifyCommand: Command = {
  words: ['audit', 'verify'],
  usage: 'audit verify [--anchors FILE]',
  summary:
    'check that no record of the audit was changed, removed, inserted or moved; --anchors: a copy kept elsewhere',
  async run(args, context) {
    const { values } = parseArgs({ args, options: { anchors: { type: 'string' } } });
    const file = values.anchors ?? anchorFile(context.directory.root);
    const { anchors, unreadable } = await readAnchors(file);
    const report = await withDatabase(context, (_db, ownerUrl) => verifyAudit(ownerUrl, anchors));
    const sound = report.findings.length === 0 && unreadable.length === 0;
    const last = anchors.at(-1)?.at ?? null;
    const lines = [
      ...report.findings.map(({ fault, chain, seq, message }) => `${fault}  ${chain} ${seq}: ${message}`),
      ...(report.more ? ['… and more.'] : []),
      ...(unreadable.length > 0 ? [`${file}: line ${unreadable.join(', ')} cannot be read.`] : []),
      ...(sound ? ['The audit is as it was written.'] : []),
      `${report.records} records in ${report.chains} chains; ${anchors.length} anchors${last ? `, the last of ${last}` : ''}.`,
      ...(anchors.length === 0
        ? ['Without an anchor, whoever may change everything in the database can make a chain anew unseen.']
        : []),
    ];
    return {
      json: { sound, ...report, anchors: { file, count: anchors.length, last, unreadable } },
      text: lines.join('\n'),
      exitCode: sound ? 0 : 1,
    };
  },
};
