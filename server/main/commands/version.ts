import { parseArgs } from 'node:util';
import { version } from '../version.ts';
import type { Command } from './command.ts';

export const versionCommand: Command = {
  words: ['version'],
  usage: 'version',
  summary: 'print the version',
  async run(args) {
    parseArgs({ args, options: {} });
    return { json: { version }, text: version };
  },
};
