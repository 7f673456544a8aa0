#!/bin/sh
# From a fresh clone to a running Atoll: npm run quickstart -- [--yes] [--port 3000] [--data ./data]
# Installs what is missing and says so, asks before it does unless --yes is given or there is no terminal, makes this
# machine the first host, and ends with a line to open in a browser. Running it again does no harm.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
say() { printf 'quickstart: %s\n' "$*"; }
fail() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }
usage() { fail "usage: npm run quickstart -- [--yes] [--port PORT] [--data FOLDER]"; }

yes=
port=3000
data=$root/data
while [ $# -gt 0 ]; do
  case $1 in
    --yes) yes=yes ;;
    --port) [ $# -ge 2 ] || usage; port=$2; shift ;;
    --data) [ $# -ge 2 ] || usage; data=$2; shift ;;
    *) usage ;;
  esac
  shift
done
case $port in '' | *[!0-9]*) usage ;; esac
case $data in /*) ;; *) data=${INIT_CWD:-$root}/$data ;; esac # npm changes the folder, and says where we were
[ -t 0 ] || yes=yes

# A lockfile that came with an update differs from the one that was installed; its date alone says little.
installed_lock=node_modules/.package-lock.installed.json
npm_packages_are_current() {
  [ -x node_modules/.bin/node ] || return 1
  [ node_modules/.package-lock.json -nt package-lock.json ] || cmp -s package-lock.json "$installed_lock"
}
if ! npm_packages_are_current; then
  command -v npm >/dev/null || fail "npm is missing: install Node 20 or later"
  say "installing npm packages"
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json "$installed_lock"
fi
PATH=$root/node_modules/.bin:$PATH
export PATH

if ! sh scripts/install-packages.sh --dry-run host guest; then
  if [ -z "$yes" ]; then
    printf 'quickstart: install these with apt-get? [Y/n] '
    read -r answer
    case $answer in '' | [Yy]*) ;; *) fail "nothing was installed" ;; esac
  fi
  sh scripts/install-packages.sh host guest
fi

# libvirt looks this machine's own name up at each start of a guest, and waits 5 s when nobody knows it.
name=$(hostname)
if ! getent hosts "$name" >/dev/null; then
  if [ -w /etc/hosts ]; then
    say "/etc/hosts does not know this machine's name: adding '127.0.1.1 $name'"
    printf '127.0.1.1 %s\n' "$name" >>/etc/hosts
  else
    say "/etc/hosts does not know this machine's name, guests will start 5 s late: add '127.0.1.1 $name' to it"
  fi
fi

sh scripts/start-daemons.sh
say "preparing a small test guest as the first VM image"
if seed_image=$(sh scripts/build-guest.sh); then
  set -- --seed-image "$seed_image"
else
  say "going on without it: upload an image in the browser"
  set --
fi
sh scripts/build-if-needed.sh

say "starting Atoll"
NODE_ENV=production
export NODE_ENV
exec node --disable-warning=ExperimentalWarning server/main/start.ts --port "$port" --data "$data" --add-local-host "$@"
