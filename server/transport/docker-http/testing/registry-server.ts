/**
 * A registry with one small image, as the OCI distribution spec wants it for pulls. A program of its own, because it
 * has to listen inside a lab host's network: `node registry-server.ts PORT NAME:TAG ROOTFS_TAR`. Prints "ready".
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { gzipSync } from 'node:zlib';

const [port = '', image = '', tarPath = ''] = process.argv.slice(2);
const [name, tag] = image.split(':');

const digest = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const json = (value: object) => Buffer.from(JSON.stringify(value));

const tar = readFileSync(tarPath);
const layer = gzipSync(tar);
const config = json({
  architecture: 'amd64',
  os: 'linux',
  config: { Cmd: ['sh'], Env: ['PATH=/bin'] },
  rootfs: { type: 'layers', diff_ids: [digest(tar)] },
});
const types = 'application/vnd.docker.distribution.manifest.v2+json';
const manifest = json({
  schemaVersion: 2,
  mediaType: types,
  config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: digest(config) },
  layers: [
    {
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      size: layer.length,
      digest: digest(layer),
    },
  ],
});

const served = new Map<string, [string, Buffer]>([
  ['/v2/', ['application/json', json({})]],
  [`/v2/${name}/manifests/${tag}`, [types, manifest]],
  [`/v2/${name}/manifests/${digest(manifest)}`, [types, manifest]],
  [`/v2/${name}/blobs/${digest(config)}`, ['application/octet-stream', config]],
  [`/v2/${name}/blobs/${digest(layer)}`, ['application/octet-stream', layer]],
]);

http
  .createServer((request, response) => {
    const [type, bytes] = served.get(request.url ?? '') ?? [];
    if (!type || !bytes) {
      response.writeHead(404, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
      return;
    }
    response.writeHead(200, {
      'Content-Type': type,
      'Content-Length': bytes.length,
      'Docker-Content-Digest': digest(bytes),
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  })
  .listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
