/** What the fields of the form hold; the parts of other connection types stay there and are left out of the request. */
export interface HostCreateValues {
  name: string;
  storagePool: string;
  type: 'local' | 'ssh' | 'docker-tls';
  address: string;
  port: number | undefined;
  user: string;
  credential: 'atoll-key' | 'password' | 'private-key';
  password: string;
  privateKey: string;
  passphrase: string;
  fingerprint: string | null;
  ca: string;
  cert: string;
  key: string;
}

export const emptyHost: HostCreateValues = {
  name: '',
  storagePool: 'atoll',
  type: 'ssh',
  address: '',
  port: 22,
  user: 'root',
  credential: 'atoll-key',
  password: '',
  privateKey: '',
  passphrase: '',
  fingerprint: null,
  ca: '',
  cert: '',
  key: '',
};

/** From the fields to what `host.create` takes. */
export function toHostInput(values: HostCreateValues): unknown {
  const { name, storagePool } = values;
  return { name, storagePool, connection: connectionOf(values) };
}

function connectionOf(values: HostCreateValues): unknown {
  const { type, address, port, user, fingerprint, ca, cert, key } = values;
  switch (type) {
    case 'local':
      return { type };
    case 'ssh':
      return { type, address, port, user, credential: credentialOf(values), fingerprint: fingerprint ?? undefined };
    case 'docker-tls':
      return { type, address, port, ca, cert, key };
  }
}

function credentialOf({ credential, password, privateKey, passphrase }: HostCreateValues): unknown {
  switch (credential) {
    case 'atoll-key':
      return { type: credential };
    case 'password':
      return { type: credential, password };
    case 'private-key':
      return { type: credential, privateKey, ...(passphrase && { passphrase }) };
  }
}

/** A pointer of the server's refusal, `connection.credential.password`, to the field that shows it. */
export function hostFieldOf(path: string): keyof HostCreateValues {
  const last = path.split('.').at(-1) ?? path;
  return (Object.keys(emptyHost) as (keyof HostCreateValues)[]).find((field) => field === last) ?? 'name';
}
