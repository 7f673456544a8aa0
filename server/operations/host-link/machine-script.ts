import { constantScript } from '#server/transport/constant-script.ts';

/** Prints facts of a Linux machine as KEY=value lines; those that it cannot find out are left out. */
export const machineScript = constantScript`
export LC_ALL=C
echo "time=$(date +%s.%N)"
echo "hostname=$(uname -n)"
echo "kernel=$(uname -r)"
echo "arch=$(uname -m)"
[ -r /etc/os-release ] && (. /etc/os-release && echo "os=$PRETTY_NAME")
sed -n 's/^model name[[:space:]]*: */cpu=/p' /proc/cpuinfo 2>/dev/null | head -n 1
echo "cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null)"
sed -n 's/^MemTotal:[[:space:]]*\([0-9]*\) kB/memory=\1/p' /proc/meminfo 2>/dev/null
df -Pk / 2>/dev/null | awk 'NR==2 { print "disk=" $2; print "free=" $4 }'
getent hosts "$(uname -n)" >/dev/null 2>&1 && echo "resolves=yes"
echo "user=$(id -un)"
`;
