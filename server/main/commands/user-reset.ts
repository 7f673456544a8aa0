import { parseArgs } from 'node:util';
import { appendAudit } from '#server/db/audit-store.ts';
import { inTx } from '#server/db/client.ts';
import { hasUsers } from '#server/db/user-store.ts';
import { issueResetLink, issueSetupLink } from '#server/services/auth/setup-link.ts';
import { clearSecondFactors } from '#server/services/user/reset-second-factor.ts';
import { originFile, readIfThere } from '../data-directory.ts';
import { UsageError } from '../usage-error.ts';
import { type Command, commandActor } from './command.ts';
import { findUser } from './find-user.ts';
import { withDatabase } from './with-database.ts';

export const userResetCommand: Command = {
  words: ['user', 'reset'],
  usage: 'user reset EMAIL',
  summary:
    'print a one-time link that sets a new password, and remove second factors; before the first user: the link of the first run',
  async run(args, context) {
    const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
    const [email] = positionals;
    const origin =
      context.env.ATOLL_ORIGIN || (await readIfThere(originFile(context.directory))) || 'http://127.0.0.1:3000';
    return withDatabase(context, async (db) => {
      if (!(await hasUsers(db))) {
        const url = `${origin}${await issueSetupLink(db)}`;
        return { json: { url }, text: `There is no user yet. Open this link within 24 hours:\n  ${url}` };
      }
      if (email === undefined) throw new UsageError('Say whose password it is: user reset ada@example.org');
      const user = await findUser(db, email);
      const path = await inTx(db, async (tx) => {
        const done = { actor: commandActor, projectId: null, action: 'user.reset', outcome: 'done' } as const;
        await appendAudit(tx, { ...done, target: { type: 'user', id: user.id } });
        // Who can reach the server's own tool has lost a phone at most.
        await clearSecondFactors(tx, user, null);
        return issueResetLink(tx, user.id);
      });
      const url = `${origin}${path}`;
      return {
        json: { url },
        text: `Open this link within 7 days to set a new password for ${user.email}. Their second factors were removed:\n  ${url}`,
      };
    });
  },
};
