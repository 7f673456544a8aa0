import { consoleApi } from '#server/contract/console.ts';
import { listInstanceConsoleSessions } from '#server/services/console/list-sessions.ts';
import { openConsole, openSharedConsole } from '#server/services/console/open-console.ts';
import { listShares, revokeShare, shareConsole } from '#server/services/console/share-console.ts';
import { implement } from '../implement.ts';

export const consoleHandlers = implement(consoleApi, {
  open: (ctx, input) => openConsole(ctx, input),
  openShared: (ctx, input) => openSharedConsole(ctx, input),
  sessions: (ctx, input) => listInstanceConsoleSessions(ctx, input),
  shares: (ctx, input) => listShares(ctx, input),
  share: (ctx, input) => shareConsole(ctx, input),
  revokeShare: (ctx, input) => revokeShare(ctx, input),
});
