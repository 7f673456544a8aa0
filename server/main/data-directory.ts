import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  newSealingKeys,
  type SealingPrivateKey,
  type SealingPublicKey,
  sealingKeysOf,
} from '#server/platform/sealing.ts';
import { Secret } from '#server/platform/secret.ts';
import { withFile } from '#server/platform/with-file.ts';
import { makeSshKeyPair, publicKeyOf } from '#server/transport/ssh/key-pair.ts';

/** The folders of a data directory; images and uploads are shared by web and worker. */
export interface DataDirectory {
  root: string;
  postgres: string;
  images: string;
  uploads: string;
  secrets: string;
}

/**
 * Makes what is missing of a data directory. Others may pass through it, as PostgreSQL's own user must, but see nothing:
 * every folder in it is closed.
 */
export async function prepareDataDirectory(root: string): Promise<DataDirectory> {
  const folder = (name: string): string => join(root, name);
  const directory: DataDirectory = {
    root,
    postgres: folder('postgres'),
    images: folder('images'),
    uploads: folder('uploads'),
    secrets: folder('secrets'),
  };
  await mkdir(root, { recursive: true });
  await chmod(root, 0o711);
  for (const path of [directory.images, directory.uploads, directory.secrets]) {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o700);
  }
  return directory;
}

/** Keys and passwords of an installation, each in a file of its own with mode 0600, made at the first start. */
export interface InstallationSecrets {
  sealing: { public: SealingPublicKey; private: SealingPrivateKey };
  /** Seals the cursors of lists. */
  cursorKey: Secret<string>;
  /** Locks what the web keeps for itself: see server/platform/vault.ts. */
  webKey: Secret<string>;
  webPassword: Secret<string>;
  workerPassword: Secret<string>;
  /** Atoll's own SSH identity. */
  ssh: { privateKey: Secret<string>; publicKey: string; fingerprint: string };
}

const random = async (): Promise<string> => randomBytes(32).toString('base64url');

/** Reads the secrets of a data directory, making those that are missing. */
export async function readSecrets(directory: DataDirectory): Promise<InstallationSecrets> {
  const keep = (name: string, make: () => Promise<string>): Promise<Secret<string>> =>
    readOrMake(join(directory.secrets, name), make);
  const sealingKey = await keep('sealing-key', async () => (await newSealingKeys()).private.privateKey.reveal());
  const sshKey = await keep('ssh-key', async () => makeSshKeyPair('atoll').privateKey);
  return {
    sealing: sealingKeysOf(sealingKey),
    cursorKey: await keep('cursor-key', random),
    webKey: await keep('web-key', random),
    webPassword: await keep('database-web-password', random),
    workerPassword: await keep('database-worker-password', random),
    ssh: { privateKey: sshKey, ...publicKeyOf(sshKey.reveal()) },
  };
}

async function readOrMake(path: string, make: () => Promise<string>): Promise<Secret<string>> {
  const kept = await readIfThere(path);
  if (kept !== null) return new Secret(kept.endsWith('-----\n') ? kept : kept.trimEnd());
  const text = await make();
  await keepSecretFile(path, text);
  return new Secret(text);
}

/** The text of a file, or null when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** Writes a file of mode 0600, whole or not at all: beside its place, flushed, and moved. */
export async function keepSecretFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.new`;
  await withFile(unfinished, 'w', async (file) => {
    await file.writeFile(text);
    await file.sync();
  });
  await rename(unfinished, path);
}

/** Where the owner's URL of the database stands while Atoll runs. */
export const databaseUrlFile = (directory: DataDirectory): string => join(directory.secrets, 'database-url');

/** Where the address stands that people type, for links that the admin's tool prints. */
export const originFile = (directory: DataDirectory): string => join(directory.root, 'origin');
