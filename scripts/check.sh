#!/bin/sh
# Everything that can be checked without running the product: format and lint, types, typed lint rules, the import table,
# unused code, file lengths. CI runs the same.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
export PATH NEXT_TELEMETRY_DISABLED=1

failed=
step() {
  printf '\n== %s\n' "$1"
  name=$1
  shift
  "$@" || failed="$failed [$name]"
}

[ -d server/db/generated ] || npm run --silent generate
[ -f next-env.d.ts ] || next typegen >/dev/null
step 'biome: format and lint' biome check .
step 'tsc: types' tsc --noEmit -p .
step 'oxlint: typed rules' oxlint --type-aware server
step 'dependency-cruiser: the import table' depcruise --config dependency-cruiser.config.js --output-type err app components server
step 'knip: nothing unused' knip
step 'file lengths' node scripts/check-file-lengths.ts
[ -z "$failed" ] || { printf '\nNot clean:%s\n' "$failed"; exit 1; }
