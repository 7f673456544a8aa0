import { auditVerifyCommand } from './audit-verify.ts';
import { backupCommand } from './backup.ts';
import type { Command } from './command.ts';
import { consoleCommand, execCommand } from './console.ts';
import { doctorCommand } from './doctor.ts';
import { restoreCommand } from './restore.ts';
import { tokenCreateCommand } from './token-create.ts';
import { userResetCommand } from './user-reset.ts';
import { versionCommand } from './version.ts';

export const allCommands: readonly Command[] = [
  doctorCommand,
  tokenCreateCommand,
  userResetCommand,
  consoleCommand,
  execCommand,
  auditVerifyCommand,
  backupCommand,
  restoreCommand,
  versionCommand,
];
