#!/bin/sh
# Installs what Atoll needs from Debian's (or Ubuntu's) packages: sh scripts/install-packages.sh [--dry-run] GROUP...
#
#   host    libvirt, QEMU and Docker, to run VMs and containers on this very machine
#   guest   the tools that build the small test guest and the test container image
#   test    what `npm test` needs on top: sshd, a browser, Debian's PostgreSQL, an LDAP directory
#
# Says what is missing before it installs anything, leaves alone what is there, needs no terminal.
# Exit status: 0 all there, 1 failed, 2 wrong usage, 3 something is missing and we may not install it.
set -eu

# A word is a package, or package:program where any other package that brings the program will do (docker-ce's dockerd).
host='libvirt-daemon-system:libvirtd libvirt-clients:virsh libvirt-daemon-driver-qemu qemu-system-x86:qemu-system-x86_64
  qemu-utils:qemu-img docker.io:dockerd dnsmasq-base:dnsmasq iptables iproute2:ip procps:ps util-linux:nsenter'
guest='syslinux syslinux-common mtools:mcopy dosfstools:mkfs.fat cpio busybox-static binutils:readelf openssl
  qemu-utils:qemu-img xz-utils:xz'
test='openssh-server:sshd openssh-client:ssh-keygen socat chromium fonts-noto-core fonts-noto-cjk postgresql-15
  genisoimage curl ca-certificates slapd'

say() { printf 'packages: %s\n' "$*"; }
fail() { status=$1; shift; printf 'packages: %s\n' "$*" >&2; exit "$status"; }
usage() { fail 2 "usage: sh scripts/install-packages.sh [--dry-run] host|guest|test..."; }

dry_run=
wanted=
for argument; do
  case $argument in
    --dry-run) dry_run=yes ;;
    host) wanted="$wanted $host" ;;
    guest) wanted="$wanted $guest" ;;
    test) wanted="$wanted $test" ;;
    *) usage ;;
  esac
done
[ -n "$wanted" ] || usage

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
installed() { [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=
for word in $wanted; do
  package=${word%%:*}
  program=${word#"$package"}
  program=${program#:}
  if [ -n "$program" ] && command -v "$program" >/dev/null 2>&1; then continue; fi
  if command -v dpkg-query >/dev/null 2>&1 && installed "$package"; then continue; fi
  case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
done
missing=${missing# }

if [ -z "$missing" ]; then
  say "everything is there"
  exit 0
fi
say "missing: $missing"
[ -z "$dry_run" ] || exit 3
command -v apt-get >/dev/null 2>&1 || fail 3 "this machine has no apt-get: install the counterparts of these by its own means"
[ "$(id -u)" = 0 ] || fail 3 "installing needs root: run 'sudo sh scripts/install-packages.sh${*:+ $*}'"

# Where no systemd runs, nobody would look after a daemon that a package starts on its own: forbid it, as containers do.
policy=/usr/sbin/policy-rc.d
if [ ! -d /run/systemd/system ] && [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
fi

# We start PostgreSQL by ourselves where we need it; Debian's would make a cluster "main" and start it at boot.
case " $missing " in
  *" postgresql-15 "*)
    if ! installed postgresql-common; then
      mkdir -p /etc/postgresql-common/createcluster.d
      echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/atoll.conf
    fi
    ;;
esac

# We start slapd by ourselves with a directory of a test; Debian's would make one of its own and serve it on every address.
case " $missing " in
  *" slapd "*) [ ! -x /usr/bin/debconf-set-selections ] || echo 'slapd slapd/no_configuration boolean true' | debconf-set-selections ;;
esac

apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"; }
say "reading the package lists"
apt update || say "could not refresh the package lists, going on with those that are there"
say "installing: $missing"
# shellcheck disable=SC2086 # a list of words
apt install --yes --no-install-recommends $missing </dev/null || fail 1 "apt-get failed: see above"
say "installed: $missing"
