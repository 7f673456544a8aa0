import type { z } from 'zod';
import type { catalogEntrySchema } from '#server/contract/image.ts';

type CatalogEntry = z.output<typeof catalogEntrySchema>;

const entry = (
  id: string,
  name: string,
  os: string,
  url: string,
  checksums: string,
  defaultUser: string,
): CatalogEntry => ({
  id,
  name,
  os,
  arch: 'x86_64',
  url,
  checksumsUrl: new URL(checksums, url).href,
  defaultUser,
});

/**
 * Well-known cloud images at their publishers' own addresses. They change in place with each build, so no checksum is kept
 * here: the admin looks it up beside the image (`checksumsUrl`) and gives it with the import.
 */
export const imageCatalog: readonly CatalogEntry[] = [
  entry(
    'debian-13',
    'Debian 13 (trixie)',
    'debian',
    'https://cloud.debian.org/images/cloud/trixie/latest/debian-13-generic-amd64.qcow2',
    'SHA512SUMS',
    'debian',
  ),
  entry(
    'debian-12',
    'Debian 12 (bookworm)',
    'debian',
    'https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-generic-amd64.qcow2',
    'SHA512SUMS',
    'debian',
  ),
  entry(
    'ubuntu-24.04',
    'Ubuntu 24.04 LTS (noble)',
    'ubuntu',
    'https://cloud-images.ubuntu.com/noble/current/noble-server-cloudimg-amd64.img',
    'SHA256SUMS',
    'ubuntu',
  ),
  entry(
    'ubuntu-22.04',
    'Ubuntu 22.04 LTS (jammy)',
    'ubuntu',
    'https://cloud-images.ubuntu.com/jammy/current/jammy-server-cloudimg-amd64.img',
    'SHA256SUMS',
    'ubuntu',
  ),
  entry(
    'fedora-43',
    'Fedora Cloud 43',
    'fedora',
    'https://download.fedoraproject.org/pub/fedora/linux/releases/43/Cloud/x86_64/images/Fedora-Cloud-Base-Generic-43-1.6.x86_64.qcow2',
    'Fedora-Cloud-43-1.6-x86_64-CHECKSUM',
    'fedora',
  ),
  entry(
    'almalinux-9',
    'AlmaLinux 9',
    'almalinux',
    'https://repo.almalinux.org/almalinux/9/cloud/x86_64/images/AlmaLinux-9-GenericCloud-latest.x86_64.qcow2',
    'CHECKSUM',
    'almalinux',
  ),
  entry(
    'rocky-9',
    'Rocky Linux 9',
    'rocky',
    'https://dl.rockylinux.org/pub/rocky/9/images/x86_64/Rocky-9-GenericCloud.latest.x86_64.qcow2',
    'CHECKSUM',
    'rocky',
  ),
  entry(
    'centos-stream-9',
    'CentOS Stream 9',
    'centos',
    'https://cloud.centos.org/centos/9-stream/x86_64/images/CentOS-Stream-GenericCloud-9-latest.x86_64.qcow2',
    'CentOS-Stream-GenericCloud-9-latest.x86_64.qcow2.SHA256SUM',
    'cloud-user',
  ),
  entry(
    'opensuse-leap-15.6',
    'openSUSE Leap 15.6',
    'opensuse',
    'https://download.opensuse.org/distribution/leap/15.6/appliances/openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2',
    'openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2.sha256',
    'opensuse',
  ),
  entry(
    'arch',
    'Arch Linux',
    'arch',
    'https://geo.mirror.pkgbuild.com/images/latest/Arch-Linux-x86_64-cloudimg.qcow2',
    'Arch-Linux-x86_64-cloudimg.qcow2.SHA256',
    'arch',
  ),
];
