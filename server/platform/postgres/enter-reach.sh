#!/bin/sh
# Shows PostgreSQL its binaries and its data where its user can reach them: enter-reach.sh NATIVE DATA PROGRAM ARGUMENT...
# Runs in a mount namespace of its own (unshare --mount): nothing of this is seen outside.
set -eu
native=$1
data=$2
shift 2
mount -t tmpfs -o mode=755,size=64k tmpfs /mnt
mkdir /mnt/native /mnt/data
mount --bind "$native" /mnt/native
mount --bind "$data" /mnt/data
exec "$@"
