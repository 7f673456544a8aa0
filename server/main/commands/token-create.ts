import { parseArgs } from 'node:util';
import { type TokenScope, tokenScopes } from '#server/contract/permissions.ts';
import { appendAudit } from '#server/db/audit-store.ts';
import { inTx } from '#server/db/client.ts';
import { insertToken } from '#server/db/token-store.ts';
import { newToken } from '#server/platform/hash.ts';
import { UsageError } from '../usage-error.ts';
import { type Command, commandActor } from './command.ts';
import { findUser } from './find-user.ts';
import { withDatabase } from './with-database.ts';

const secondsPerDay = 24 * 3600;

export const tokenCreateCommand: Command = {
  words: ['token', 'create'],
  usage: 'token create --user EMAIL --scope SCOPE… [--name NAME] [--days 30]',
  summary: 'make an API token; it is printed once',
  async run(args, context) {
    const { values } = parseArgs({
      args,
      options: {
        user: { type: 'string' },
        scope: { type: 'string', multiple: true },
        name: { type: 'string', default: 'made on the server' },
        days: { type: 'string', default: '30' },
      },
    });
    const { user: email, name } = values;
    if (email === undefined) throw new UsageError('Say whose token it is: --user ada@example.org');
    const scopes = readScopes(values.scope ?? []);
    const days = Number(values.days);
    if (!Number.isInteger(days) || days < 1 || days > 365) throw new UsageError('--days: 1 to 365.');
    return withDatabase(context, async (db) => {
      const { id: userId } = await findUser(db, email);
      const { token, hash: tokenHash, hint: prefix } = newToken('atoll_');
      const row = await inTx(db, async (tx) => {
        const target = { userId, projectId: null, name, prefix, tokenHash, scopes, ttlSeconds: days * secondsPerDay };
        const inserted = await insertToken(tx, target);
        const detail = { name, scopes };
        const done = { actor: commandActor, projectId: null, action: 'token.create', outcome: 'done' } as const;
        await appendAudit(tx, { ...done, target: { type: 'user', id: userId }, detail });
        return inserted;
      });
      const expiresAt = row.expiresAt.toISOString();
      return {
        json: { id: row.id, token, scopes, expiresAt },
        text: `${token}\nIt expires on ${expiresAt.slice(0, 10)}.`,
      };
    });
  },
};

function readScopes(given: readonly string[]): TokenScope[] {
  const known: readonly string[] = tokenScopes;
  const wrong = given.find((scope) => !known.includes(scope));
  if (wrong === undefined && given.length > 0) return given as TokenScope[];
  throw new UsageError(`--scope${wrong === undefined ? '' : ` ${wrong}`}: one or more of ${tokenScopes.join(', ')}`);
}
