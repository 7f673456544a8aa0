/** Bodies that show how a procedure is used. A test holds each against the input schema of its procedure. */
export const openapiExamples: Readonly<Record<string, Record<string, unknown>>> = {
  'instance.create': {
    kind: 'container',
    name: 'web',
    image: 'nginx:1.29',
    vcpus: 1,
    memoryMiB: 256,
    env: { TZ: 'Europe/Berlin' },
    ports: [{ containerPort: 80, hostPort: 8080 }],
    volumes: [{ name: 'web-data', target: '/usr/share/nginx/html' }],
  },
  'instance.stop': { timeoutSeconds: 60 },
  'instance.rename': { name: 'web-2' },
  'image.create': {
    name: 'Debian 13',
    defaultUser: 'debian',
    source: {
      type: 'url',
      url: 'https://cloud.debian.org/images/cloud/trixie/latest/debian-13-generic-amd64.qcow2',
    },
  },
  'flavor.create': { name: 'small', vcpus: 1, memoryMiB: 1024, diskGiB: 10 },
  'flavor.update': { name: 'small', vcpus: 1, memoryMiB: 2048, diskGiB: 10 },
  'host.create': {
    name: 'rack-1',
    connection: {
      type: 'ssh',
      address: '192.0.2.10',
      user: 'root',
      fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrrJXVhTaZJnlxKe4zHnVZBs',
    },
  },
  'host.confirmKey': { fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrrJXVhTaZJnlxKe4zHnVZBs' },
  'host.update': { maintenance: true },
  'host.pullImage': { image: 'nginx:1.29' },
  'hostKey.scan': { address: '192.0.2.10', port: 22 },
  'project.create': { name: 'Home', slug: 'home' },
  'project.setQuota': { quota: { instances: 40 } },
  'token.create': { name: 'deploy', scopes: ['instance:read', 'instance:operate'], expiresInDays: 30 },
  'sshKey.create': {
    name: 'laptop',
    publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@laptop',
  },
};
