import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';

/**
 * What a browser loads of JavaScript for each route before it can be used, gzip: node bench/route-sizes.ts [budget in KiB]
 * Reads the build in .next: the files of every page, and those that the layouts and the page itself name as their client
 * entries. What is loaded later on demand (next/dynamic) is not counted. Ends with 1 when a route is above the budget.
 */
const budgetKiB = Number(process.argv[2] ?? 250);
const build = join(import.meta.dirname, '../.next');

interface ClientManifest {
  /** Files of page.tsx, layout.tsx and what else makes up the route, by its source file. */
  entryJSFiles: Record<string, string[]>;
}

const { rootMainFiles } = JSON.parse(readFileSync(join(build, 'build-manifest.json'), 'utf8')) as {
  rootMainFiles: string[];
};

const known = new Map<string, number>();
function gzipBytes(file: string): number {
  const bytes = known.get(file) ?? gzipSync(readFileSync(join(build, file)), { level: 6 }).length;
  known.set(file, bytes);
  return bytes;
}

function clientFiles(manifestPath: string): [route: string, files: Set<string>] {
  // The file is a script that puts one object under the name of its route.
  const scope: { __RSC_MANIFEST?: Record<string, ClientManifest> } = {};
  runInNewContext(readFileSync(manifestPath, 'utf8'), { globalThis: scope });
  const [[route, manifest] = ['', { entryJSFiles: {} }]] = Object.entries(scope.__RSC_MANIFEST ?? {});
  return [route, new Set([...rootMainFiles, ...Object.values(manifest.entryJSFiles).flat()])];
}

const routes = globSync('server/app/**/page_client-reference-manifest.js', { cwd: build })
  .map((path) => clientFiles(join(build, path)))
  .map(([route, files]) => ({
    route: route.replace(/\/page$/, '').replaceAll(/\/\([a-z]+\)/g, '') || '/',
    kiB: [...files].reduce((sum, file) => sum + gzipBytes(file), 0) / 1024,
  }))
  .toSorted((a, b) => b.kiB - a.kiB);

for (const { route, kiB } of routes) console.log(`${kiB.toFixed(1).padStart(7)} KiB  ${route}`);
const above = routes.filter(({ kiB }) => kiB > budgetKiB);
console.log(`${above.length} of ${routes.length} routes are above ${budgetKiB} KiB`);
if (routes.length === 0) console.log('There is no build: run `npm run build`.');
process.exitCode = above.length > 0 || routes.length === 0 ? 1 : 0;
