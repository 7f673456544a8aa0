import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Longest file that the house allows (docs/architecture.md, habits); generated code and migrations are exempt. */
const limit = 400;
const exempt = [/\.gen\.ts$/, /^prisma\/migrations\//, /^server\/db\/generated\//];

const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.js', '*.mjs'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file && !exempt.some((pattern) => pattern.test(file)));

const tooLong = files
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > limit);

for (const { file, lines } of tooLong) console.error(`${file}: ${lines} lines, at most ${limit}; split it by idea.`);
const readmes = execFileSync(
  'git',
  ['ls-files', 'server/*README.md', 'components/*README.md', 'app/*README.md', 'e2e/*README.md', 'bench/*README.md'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter(Boolean)
  .filter((file) => readFileSync(file, 'utf8').trimEnd().split('\n').length > 25);
for (const file of readmes) console.error(`${file}: a room's README has at most 25 lines.`);
if (tooLong.length + readmes.length > 0) process.exit(1);
console.log(`${files.length} files, none over ${limit} lines.`);
