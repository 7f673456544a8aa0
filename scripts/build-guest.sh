#!/bin/sh
# Builds the test guest of guest/ from Debian's packages: build-guest.sh [OUT_DIR]
# Prints the path of the qcow2; the kernel and the initramfs for a direct boot lie beside it. Needs neither root nor mounts.
# OUT_DIR is .cache/guest unless told. What has been built from the same guest/ and script is taken from there; remove
# the folder to get newer packages.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
guest=$root/guest
out_dir=${1:-$root/.cache/guest}
key=$(cat "$0" "$guest/init" "$guest"/*.sh "$guest/modules" "$guest/packages" "$guest/syslinux.cfg" | sha256sum | cut -c1-16)
image=$out_dir/$key/mini.qcow2
if [ -e "$image" ]; then
  echo "$image"
  exit 0
fi

say() { printf 'guest: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
PATH=$PATH:/usr/sbin:/sbin
for program in apt-get dpkg-deb syslinux mcopy mkfs.fat cpio strip openssl qemu-img; do
  command -v $program >/dev/null || fail "$program is missing: run 'sh scripts/install-packages.sh guest' (Debian or Ubuntu)"
done
list() { sed '/^#/d' "$guest/$1"; }

mkdir -p "$out_dir"
work=$(mktemp -d "$out_dir/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
unpacked=$work/unpacked
rootfs=$work/rootfs
mkdir "$work/packages" "$unpacked" "$work/out"

depends() {
  apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" |
    sed -n 's/^ *|\{0,1\}\(Pre\)\{0,1\}Depends: \([a-z0-9][a-z0-9.+-]*\)$/\2/p'
}
# Fresh images of Debian come without package lists, and old lists name what the mirror no longer has.
refresh_lists() {
  [ "$(id -u)" = 0 ] || fail "the package lists are missing or too old: run 'sudo apt-get update'"
  apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 || say "could not refresh the package lists"
}
say "downloading packages"
packages=$(list packages)
find_kernel() { depends linux-image-cloud-amd64 | grep '^linux-image-'; }
kernel=$(find_kernel) || { refresh_lists && kernel=$(find_kernel); } || fail "no linux-image-cloud-amd64: the guest needs Debian's packages"
# The libraries, and the libraries of the libraries; kernels and busybox have none.
libraries=
next=$(echo "$packages" | grep -v '^linux-image-')
while [ -n "$next" ]; do
  # shellcheck disable=SC2086 # a list of words
  next=$(depends $next | grep '^lib' | sort -u | grep -vxF "${libraries:-none}" || :)
  libraries=$(printf '%s\n%s\n' "$libraries" "$next" | sort -u)
done
sandbox=
[ "$(id -u)" != 0 ] || sandbox='-o APT::Sandbox::User=root' # _apt cannot write into our folder
download() { # shellcheck disable=SC2046,SC2086 # lists of words
  (cd "$work/packages" &&
    apt-get -qq $sandbox download "$kernel" $(echo "$packages" | grep -v '^linux-image-') $libraries >&2)
}
download || { refresh_lists && kernel=$(find_kernel) && download; } || fail "download failed"
for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$unpacked"; done
version=$(basename "$unpacked"/boot/vmlinuz-*)
version=${version#vmlinuz-}

say "packing the initramfs ($version)"
umask 022
for folder in bin sbin usr/bin usr/sbin lib/modules lib64 lib/x86_64-linux-gnu etc/acpi/PWRF proc sys dev run tmp root \
  disk seed www var/log; do mkdir -p "$rootfs/$folder"; done
ln -s /run "$rootfs/var/run"
mkdir -m 700 "$rootfs/root/.ssh"
install -m 755 "$unpacked/bin/busybox" "$rootfs/bin/busybox"
for applet in $("$rootfs/bin/busybox" --list); do [ "$applet" = busybox ] || ln -s busybox "$rootfs/bin/$applet"; done
install -m 755 "$guest/init" "$rootfs/init"
install -m 755 "$guest/udhcpc.sh" "$rootfs/etc/udhcpc.sh"
install -m 755 "$guest/shutdown.sh" "$rootfs/sbin/shutdown"
ln -s /sbin/shutdown "$rootfs/etc/acpi/PWRF/00000080"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$rootfs/etc/passwd"
printf 'root:x:0:\n' >"$rootfs/etc/group"
(umask 077 && printf 'root:%s:19000:0:99999:7:::\n' "$(openssl passwd -6 -salt mini mini)" >"$rootfs/etc/shadow")
echo /bin/sh >"$rootfs/etc/shells"
printf 'ttyS0\ntty1\n' >"$rootfs/etc/securetty"

list modules | while read -r module; do
  file=$(find "$unpacked/lib/modules" -name "$module.ko" | head -n 1)
  [ -n "$file" ] || continue
  strip --strip-debug -o "$rootfs/lib/modules/$module.ko" "$file"
  echo "$module" >>"$rootfs/lib/modules/order"
done

# Programs with their libraries, as the unpacked loader finds them: those of this machine may be others.
libraries_at=$unpacked/lib/x86_64-linux-gnu:$unpacked/usr/lib/x86_64-linux-gnu
loader=$unpacked/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
install -m 755 "$loader" "$rootfs/lib64/ld-linux-x86-64.so.2"
for program in qemu-ga dropbear; do
  install -m 755 "$unpacked/usr/sbin/$program" "$rootfs/usr/sbin/$program"
  "$loader" --library-path "$libraries_at" --list "$rootfs/usr/sbin/$program" >"$work/needs" || fail "$program: $(cat "$work/needs")"
  sed -n 's/.* => \(\/[^ ]*\).*/\1/p' "$work/needs" |
    while read -r library; do install -m 644 "$library" "$rootfs/lib/x86_64-linux-gnu/"; done
done

find "$rootfs" -exec touch -h -d @0 {} +
(cd "$rootfs" && find . | LC_ALL=C sort | cpio --quiet --create --format=newc --owner=0:0 --reproducible) |
  gzip -6n >"$work/out/initrd.gz"
cp "$unpacked/boot/vmlinuz-$version" "$work/out/vmlinuz"

say "making the disk"
disk=$work/mini.raw
truncate -s 48M "$disk"
mkfs.fat -F 16 -n MINI --invariant "$disk" >/dev/null
export MTOOLS_SKIP_CHECK=1
mcopy -i "$disk" "$work/out/vmlinuz" "$work/out/initrd.gz" "$guest/syslinux.cfg" ::
syslinux --install "$disk"
qemu-img convert -c -O qcow2 "$disk" "$work/out/mini.qcow2"
mv -T "$work/out" "$out_dir/$key" 2>/dev/null || [ -e "$image" ] || fail "cannot move the result to $out_dir/$key"
say "built $image"
echo "$image"
