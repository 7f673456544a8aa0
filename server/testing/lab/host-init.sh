#!/bin/sh
# Init (pid 1) of a lab host: host-init.sh DIRECTORY NAME ENGINES
# Builds the host's own /dev, /run, /proc, /sys and network, starts its daemons, says "ready" on stdout and waits for the
# end of stdin, however that comes about. When pid 1 of a pid namespace goes, the kernel kills all others at once, and
# with the last process go the mounts, the network and its interfaces: nothing can be left running.
set -eu
directory=$1
name=$2
engines=$3
exec 3<&0 </dev/null 4>&1 >>"$directory/log/init.log" 2>&1

bind() { mount --bind "$1" "$2"; }

mount -t proc proc /proc
hostname "$name"
bind "$directory/etc/hosts" /etc/hosts # libvirt looks its own name up at each start of a domain: 5 s when nobody answers
bind "$directory/etc/passwd" /etc/passwd
bind "$directory/etc/shadow" /etc/shadow
bind "$directory/run" /run # a plain folder, so that its sockets can be reached from outside as well

# Our own /dev, without /dev/kvm unless wanted: libvirt must not offer what does not boot a guest here.
dev=$directory/dev
mount -t tmpfs -o mode=755 tmpfs "$dev"
mkdir "$dev/pts" "$dev/shm" "$dev/net"
devices='null zero full random urandom tty net/tun fuse loop-control loop0 loop1 loop2 loop3 loop4 loop5 loop6 loop7'
[ ! -e "$directory/etc/with-kvm" ] || devices="$devices kvm"
for device in $devices; do
  if [ -e "/dev/$device" ]; then
    : >"$dev/$device"
    bind "/dev/$device" "$dev/$device"
  fi
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$dev/pts"
mount -t tmpfs tmpfs "$dev/shm"
ln -s pts/ptmx "$dev/ptmx"
ln -s /proc/self/fd "$dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%:*}" "$dev/${stream#*:}"; done
mount --rbind "$dev" /dev

# sysfs shows the network of whoever mounts it, and a cgroup mount is rooted where its maker's cgroup namespace is.
controllers=
for hierarchy in /sys/fs/cgroup/*/; do controllers="$controllers $(basename "$hierarchy")"; done
unified=
[ ! -e /sys/fs/cgroup/cgroup.controllers ] || unified=yes
mount -t sysfs sysfs /sys
if [ -n "$unified" ]; then
  # Processes may not live in a group that hands controllers down (cgroups(7), "no internal processes").
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mkdir -p /sys/fs/cgroup/init
  echo 1 >/sys/fs/cgroup/init/cgroup.procs
  sed -e 's/ / +/g' -e 's/^/+/' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
else
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  for controller in $controllers; do
    mkdir "/sys/fs/cgroup/$controller"
    case $controller in
      unified) mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified ;;
      systemd) mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd ;;
      *) mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller" ;;
    esac
  done
fi

# A network of our own with one address that is not loopback and no way out.
ip link set lo up
ip link add eth0 type veth peer name uplink
ip link set uplink up
ip link set eth0 up
ip address add 10.77.0.1/24 dev eth0
echo 1 >/proc/sys/net/ipv4/ip_forward

sh "$(dirname "$0")/host-daemons.sh" "$directory" $engines 3<&- 4>&- 9<&-

# Lines of "port program": a connection to that port of the network outside is handed to the program as stdin and stdout,
# as inetd does it, and the program enters our network.
while read -r port program; do
  nsenter --net=/proc/self/fd/9 socat "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork" "EXEC:$program,nofork" \
    </dev/null 3<&- 4>&- &
  listener=$!
  until nsenter --net=/proc/self/fd/9 ss -Hltn "sport = :$port" | grep -q LISTEN; do
    kill -0 "$listener" || exit 1 # socat said why
    sleep 0.02
  done
done <"$directory/etc/ports"

echo ready >&4
cat <&3 >/dev/null &
wait $! # reaps every orphan meanwhile, as an init has to
