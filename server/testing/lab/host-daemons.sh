#!/bin/sh
# Starts the daemons of a lab host, from inside it, and returns when they answer: host-daemons.sh DIRECTORY libvirt|docker...
set -eu
directory=$1
shift

wait_for() { # a command, at most 30 s
  attempts=0
  until "$@" >/dev/null 2>&1; do
    attempts=$((attempts + 1))
    [ $attempts -lt 600 ] || { echo "gave up waiting for: $*"; exit 1; }
    sleep 0.05
  done
}

bind_once() { mountpoint -q "$2" || mount --bind "$1" "$2"; }

for engine; do
  case $engine in
    libvirt)
      for place in lib cache log; do bind_once "$directory/libvirt/$place" /var/$place/libvirt; done
      bind_once "$directory/libvirt/etc" /etc/libvirt
      [ -S /run/libvirt/virtlogd-sock ] || virtlogd --daemon
      libvirtd --daemon
      ;;
    docker)
      setsid dockerd --config-file "$directory/etc/docker.json" </dev/null >>"$directory/log/dockerd.log" 2>&1 &
      ;;
  esac
done
for engine; do
  case $engine in
    libvirt) wait_for test -S /run/libvirt/libvirt-sock ;;
    docker) wait_for env -u DOCKER_HOST -u DOCKER_CONTEXT docker --host unix:///run/docker.sock version ;;
  esac
done
