import type { Algorithms, CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';

/** Key types of servers, best first, and the signature algorithms that prove them. No ssh-rsa: that is SHA-1. */
export const hostKeyAlgorithms = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
} as const satisfies Record<string, ServerHostKeyAlgorithm[]>;

export type HostKeyType = keyof typeof hostKeyAlgorithms;

export const hostKeyTypes = Object.keys(hostKeyAlgorithms) as HostKeyType[];

const kex: KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
];

/** Neither CBC (plaintext recovery, CVE-2008-5161) nor ChaCha20-Poly1305 (the better target of Terrapin, CVE-2023-48795). */
const cipher: CipherAlgorithm[] = [
  'aes256-gcm@openssh.com',
  'aes128-gcm@openssh.com',
  'aes256-ctr',
  'aes192-ctr',
  'aes128-ctr',
];

const hmac: MacAlgorithm[] = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
];

/** The only algorithms that we speak. Strict key exchange is offered by ssh2 and demanded by {@link watchStrictKex}. */
export function algorithms(keyTypes: readonly HostKeyType[] = hostKeyTypes): Algorithms {
  const serverHostKey = keyTypes.flatMap((type) => [...hostKeyAlgorithms[type]]);
  return { kex: [...kex], serverHostKey, cipher: [...cipher], hmac: [...hmac], compress: ['none'] };
}

/**
 * Strict key exchange (OpenSSH PROTOCOL §1.10) keeps an attacker from cutting packets out of the handshake. ssh2 1.17
 * tells that it was agreed in its debug output only; were these words to change, every connection would be refused.
 */
export function watchStrictKex(): { debug: (line: string) => void; agreed: () => boolean } {
  let agreed = false;
  return {
    debug: (line) => {
      if (line === 'Handshake: strict KEX mode enabled') agreed = true;
    },
    agreed: () => agreed,
  };
}
