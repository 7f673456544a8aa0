import { createPrivateKey, createPublicKey } from 'node:crypto';
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { sha256 } from './hash.ts';
import { Secret } from './secret.ts';

/**
 * Write-only secrets: the web process seals what people type to the public key of the worker and cannot open it again.
 * HPKE, RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
 */
const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** Bytes of the encapsulated key at the head of a sealed text (RFC 9180 §7.1, Nenc of X25519). */
const encapsulatedBytes = 32;

const info = new TextEncoder().encode('atoll/sealed-secret/v1');

/** What a sealed text belongs to. It opens only under the same three, so two rows cannot be swapped (security.md 51). */
export interface SealedFor {
  ownerType: string;
  ownerId: string;
  purpose: string;
}

/** Public half: may lie in the database and in web's environment. Base64url of 32 bytes. */
export interface SealingPublicKey {
  keyId: string;
  publicKey: string;
}

/** Private half: only in the environment of the worker. */
export interface SealingPrivateKey {
  keyId: string;
  privateKey: Secret<string>;
}

/** Makes a pair of keys; `keyId` is the beginning of the SHA-256 of the public one. */
export async function newSealingKeys(): Promise<{ public: SealingPublicKey; private: SealingPrivateKey }> {
  const { privateKey } = await suite.kem.generateKeyPair();
  return sealingKeysOf(new Secret(base64url(await suite.kem.serializePrivateKey(privateKey))));
}

/** DER of a PKCS #8 X25519 private key up to its 32 bytes (RFC 8410 §7). */
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** The public half that belongs to a private key (base64url), for processes that were given the private one alone. */
export function sealingKeysOf(privateKey: Secret<string>): { public: SealingPublicKey; private: SealingPrivateKey } {
  const der = Buffer.concat([pkcs8Head, Buffer.from(privateKey.reveal(), 'base64url')]);
  const jwk = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({ format: 'jwk' });
  const publicKey = jwk.x ?? '';
  const keyId = keyIdOf(Buffer.from(publicKey, 'base64url'));
  return { public: { keyId, publicKey }, private: { keyId, privateKey } };
}

/** Seals text to the public key. Anybody can; nobody but the worker can undo it. */
export async function seal(
  key: SealingPublicKey,
  plaintext: Secret<string>,
  owner: SealedFor,
): Promise<Uint8Array<ArrayBuffer>> {
  const recipientPublicKey = await suite.kem.importKey('raw', bytes(key.publicKey), true);
  const sender = await suite.createSenderContext({ recipientPublicKey, info });
  const text = new TextEncoder().encode(plaintext.reveal());
  const sealed = await sender.seal(text, aad(owner));
  return new Uint8Array(Buffer.concat([Buffer.from(sender.enc), Buffer.from(sealed)]));
}

/** Opens a sealed text. Throws when the key is another, the text was changed, or it belongs to another owner. */
export async function open(
  key: SealingPrivateKey,
  sealed: Uint8Array,
  owner: SealedFor & { keyId: string },
): Promise<Secret<string>> {
  if (owner.keyId !== key.keyId) throw new Error(`Sealed with key ${owner.keyId}, but the worker holds ${key.keyId}.`);
  const recipientKey = await suite.kem.importKey('raw', bytes(key.privateKey.reveal()), false);
  const recipient = await suite.createRecipientContext({
    recipientKey,
    enc: arrayBuffer(sealed.subarray(0, encapsulatedBytes)),
    info,
  });
  const text = await recipient.open(arrayBuffer(sealed.subarray(encapsulatedBytes)), aad(owner));
  return new Secret(new TextDecoder('utf-8', { fatal: true }).decode(text));
}

/** JSON of an array keeps the borders of the parts, whatever they contain. */
const aad = (owner: SealedFor): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify([owner.ownerType, owner.ownerId, owner.purpose]));

const keyIdOf = (publicKey: Uint8Array): string => Buffer.from(sha256(publicKey)).toString('hex').slice(0, 16);
const base64url = (data: ArrayBuffer): string => Buffer.from(data).toString('base64url');
const bytes = (text: string): ArrayBuffer => arrayBuffer(Buffer.from(text, 'base64url'));
const arrayBuffer = (data: Uint8Array): ArrayBuffer => new Uint8Array(data).buffer;
