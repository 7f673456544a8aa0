#!/bin/sh
# `npm start`: Atoll for production, from what is installed. Options are those of server/main/start.ts:
# [--port 3000] [--host 127.0.0.1] [--data ./data]
set -eu
cd "$(dirname "$0")/.."
if [ ! -x node_modules/.bin/node ]; then
  echo "Atoll's packages are not installed: run 'npm ci' (or 'npm run quickstart', which installs everything)" >&2
  exit 1
fi
sh scripts/build-if-needed.sh
PATH=$PWD/node_modules/.bin:$PATH
NODE_ENV=production
export PATH NODE_ENV
exec node --disable-warning=ExperimentalWarning server/main/start.ts "$@"
