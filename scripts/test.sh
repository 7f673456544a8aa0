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
# Real daemons on a busy machine: files that failed are run once more, alone. What passes only then is named as unstable.
vitest_with_report() {
  name=$1
  shift
  run "$name" vitest run --reporter=default --reporter=json --outputFile.json="$results/$name.json" "$@"
  [ "$(cat "$results/$name.status")" = 0 ] && return
  [ -f "$results/$name.json" ] || return 0
  failed=$(node scripts/failed-files.ts "$results/$name.json")
  count=$(printf '%s\n' "$failed" | grep -c .) || true
  [ "$count" -gt 0 ] && [ "$count" -le 8 ] || return 0
  # shellcheck disable=SC2086
  run "$name.again" vitest run --maxWorkers=1 --reporter=default --reporter=json \
    --outputFile.json="$results/$name.again.json" $failed
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
