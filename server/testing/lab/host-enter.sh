#!/bin/sh
# Enters the namespaces of a lab host and becomes its init: host-enter.sh DIRECTORY NAME ENGINES
# The host lives exactly as long as somebody holds the other end of our stdin: see host-init.sh.
set -eu
directory=$1

# Libvirt and Docker make cgroups; a subtree of its own for each host keeps them apart and lets us remove them.
group=atoll-lab.$(basename "$directory")
enter_cgroup() {
  mkdir -p "$1/$group"
  for inherited in cpuset.mems cpuset.cpus; do # a new v1 cpuset is empty and takes no process
    [ ! -e "$1/$inherited" ] || cat "$1/$inherited" >"$1/$group/$inherited"
  done
  echo $$ >"$1/$group/cgroup.procs"
}
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  enter_cgroup /sys/fs/cgroup
else
  for hierarchy in /sys/fs/cgroup/*/; do enter_cgroup "${hierarchy%/}"; done
fi

exec 9</proc/self/ns/net # the way back to our network, for the one process that listens on 127.0.0.1
exec unshare --mount --uts --ipc --pid --net --cgroup --fork --kill-child=SIGKILL \
  sh "$(dirname "$0")/host-init.sh" "$@"
