#!/bin/sh
# `npm test`: everything, against real daemons: npm test -- [--with-check] [FILE...]
# Installs the packages it needs (saying so), then runs vitest, the database tests once more on Debian's PostgreSQL, and
# Playwright. With files it runs vitest on these alone; with --with-check also `npm run check`, counted as one test.
# The last line is "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
with_check=
if [ "${1:-}" = --with-check ]; then
  with_check=yes
  shift
fi

[ -x node_modules/.bin/node ] || npm ci --no-audit --no-fund --loglevel=error
sh scripts/install-packages.sh host guest test
PATH=$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin
export PATH
[ -d server/db/generated ] || npm run --silent generate

results=.cache/test-results
rm -rf "$results"
mkdir -p "$results"

# A runner that ends badly without naming a failed test (it could not even load one) counts as one failure.
run() {
  printf '\n== %s\n' "$1"
  name=$1
  shift
  if "$@"; then echo 0 >"$results/$name.status"; else echo $? >"$results/$name.status"; fi
}
vitest_with_report() {
  name=$1
  shift
  run "$name" vitest run --reporter=default --reporter=json --outputFile.json="$results/$name.json" "$@"
}

[ -z "$with_check" ] || run check sh scripts/check.sh
if [ $# -gt 0 ]; then
  vitest_with_report unit "$@"
else
  vitest_with_report unit
  TEST_POSTGRES=debian vitest_with_report debian-postgres server/db
  sh scripts/build-if-needed.sh
  PLAYWRIGHT_JSON_OUTPUT_FILE=$PWD/$results/e2e.json run e2e playwright test --reporter=list,json
fi
exec node scripts/count-tests.ts "$results"
