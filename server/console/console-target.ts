import { z } from 'zod';
import type { ConsoleHello } from '#server/contract/console.ts';
import type { ConsoleTicketRow } from '#server/db/console-ticket-store.ts';
import type { ConsoleTarget } from '#server/drivers/driver.ts';

/** What the web has kept with a ticket. */
const optionsSchema = z.object({
  command: z.array(z.string()).optional(),
  user: z.string().optional(),
  workingDir: z.string().optional(),
  tty: z.boolean().default(true),
  takeOver: z.boolean().default(false),
});

/** The size of a terminal that says none. */
const defaultSize = { columns: 80, rows: 24 };

/** Which console a ticket is for. Throws TypeError for one that is for none. */
export function consoleTarget(ticket: ConsoleTicketRow, hello: ConsoleHello): ConsoleTarget {
  const { command, user, workingDir, tty, takeOver } = optionsSchema.parse(ticket.options);
  switch (ticket.kind) {
    case 'vnc':
      return { kind: 'vnc' };
    case 'serial':
      return { kind: 'serial', takeOver };
    case 'attach':
      return { kind: 'attach' };
    case 'exec': {
      const { columns = defaultSize.columns, rows = defaultSize.rows } = hello;
      const shell = { command: command ?? null, user: user ?? null, workingDir: workingDir ?? null };
      return { kind: 'exec', ...shell, tty, columns, rows };
    }
    case 'logs':
      throw new TypeError('a ticket for a log opens no console');
  }
}
