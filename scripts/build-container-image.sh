#!/bin/sh
# Packs Debian's static busybox as a root file system for `docker import`: build-container-image.sh [OUT_DIR]
# Prints the path of the tar file. Without OUT_DIR it is kept in .cache/container and made once.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
busybox=$(command -v busybox) || { echo "busybox is missing: run 'sh scripts/install-packages.sh guest'" >&2; exit 1; }
out_dir=${1:-$root/.cache/container}
key=$(cat "$0" "$busybox" | sha256sum | cut -c1-16)
image=$out_dir/busybox-$key.tar
if [ ! -e "$image" ]; then
  mkdir -p "$out_dir"
  work=$(mktemp -d "$out_dir/build.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  rootfs=$work/rootfs
  (umask 022 && mkdir -p "$rootfs/bin" "$rootfs/etc" "$rootfs/root" "$rootfs/proc" "$rootfs/sys" "$rootfs/dev" "$rootfs/var/www")
  mkdir -m 1777 "$rootfs/tmp"
  install -m 755 "$busybox" "$rootfs/bin/busybox"
  for applet in $("$busybox" --list); do [ "$applet" = busybox ] || ln -s busybox "$rootfs/bin/$applet"; done
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$rootfs/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$rootfs/etc/group"
  chmod 755 "$rootfs"
  tar -C "$rootfs" --sort=name --mtime=@0 --numeric-owner --owner=0 --group=0 -cf "$work/image.tar" .
  mv "$work/image.tar" "$image"
fi
echo "$image"
