#!/bin/sh
# Makes sure that this machine's own libvirtd and dockerd answer: start-daemons.sh
# With systemd they are services of the machine. Without it we start them in sessions of their own, and they stay when
# Atoll ends: libvirt's guests and, with live-restore, Docker's containers run on even when their daemon is restarted.
set -eu
PATH=$PATH:/usr/sbin:/sbin
unset DOCKER_HOST DOCKER_CONTEXT

say() { printf 'daemons: %s\n' "$*"; }
fail() { printf 'daemons: %s\n' "$*" >&2; exit 1; }
libvirt_answers() { virsh --quiet --connect qemu:///system uri >/dev/null 2>&1; }
docker_answers() { docker --host unix:///var/run/docker.sock version >/dev/null 2>&1; }
wait_for() { # at most 30 s
  tries=0
  until "$1"; do
    tries=$((tries + 1))
    [ $tries -lt 150 ] || return 1
    sleep 0.2
  done
}
is_root() { [ "$(id -u)" = 0 ]; }

if ! libvirt_answers; then
  is_root || fail "libvirt does not answer: start libvirtd, or join the group libvirt ('sudo usermod -aG libvirt $(id -un)', then log in anew)"
  say "starting libvirtd"
  if [ -d /run/systemd/system ]; then
    systemctl start virtlogd libvirtd
  else
    pgrep -x virtlogd >/dev/null || virtlogd --daemon # keeps the guests' console logs
    libvirtd --daemon
  fi
  wait_for libvirt_answers || fail "libvirtd does not answer: see /var/log/libvirt and 'libvirtd --verbose'"
fi

if ! docker_answers; then
  is_root || fail "Docker does not answer: start dockerd, or join the group docker ('sudo usermod -aG docker $(id -un)', then log in anew)"
  say "starting dockerd"
  if [ -d /run/systemd/system ]; then
    systemctl start docker
  else
    setsid dockerd --live-restore </dev/null >>/var/log/dockerd.log 2>&1 &
  fi
  wait_for docker_answers || fail "dockerd does not answer: see its log (/var/log/dockerd.log or 'journalctl -u docker')"
fi

# Guests get their addresses from libvirt's NAT network, which Debian defines but does not start.
if virsh --quiet --connect qemu:///system net-info default >/dev/null 2>&1; then
  if ! virsh --quiet --connect qemu:///system net-list --name | grep -qx default; then
    say "starting libvirt's network \"default\", now and with libvirtd"
    virsh --quiet --connect qemu:///system net-start default >/dev/null
    virsh --quiet --connect qemu:///system net-autostart default >/dev/null
  fi
fi
