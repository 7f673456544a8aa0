#!/bin/sh
# Builds the web part (next build) unless what is in .next was built from these very sources: build-if-needed.sh
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/node_modules/.bin:$PATH
export PATH NEXT_TELEMETRY_DISABLED=1

built=.next/BUILD_ID
sources='app components messages server next.config.js package-lock.json tsconfig.json'
# shellcheck disable=SC2086 # a list of words
if [ -e "$built" ] && [ -z "$(find $sources -newer "$built" ! -name '*.test.ts' -print -quit)" ]; then
  exit 0
fi
echo 'build: building the web part, about half a minute'
[ -d server/db/generated ] || npm run --silent generate
next build
