/** What the fields of the form hold. */
export interface ImageCreateValues {
  how: 'upload' | 'url' | 'catalogue';
  name: string;
  defaultUser: string;
  isPublic: boolean;
  url: string;
  checksum: string;
}

/** SHA-512 has 128 hex digits; anything else is held against the rule of SHA-256. Publishers give one or the other. */
const checksumOf = (text: string): { sha256?: string; sha512?: string } => {
  const hex = text.trim();
  if (hex === '') return {};
  return hex.length === 128 ? { sha512: hex } : { sha256: hex };
};

/** From the fields to what `image.create` takes. */
export function toImageInput(values: ImageCreateValues, project: string, file: File | null): unknown {
  const { how, name, defaultUser, isPublic, url, checksum } = values;
  const source = how === 'upload' ? { type: 'upload', sizeBytes: file?.size } : { type: 'url', url };
  return {
    name,
    ...(defaultUser && { defaultUser }),
    ...(!isPublic && { project }),
    source: { ...source, ...checksumOf(checksum) },
  };
}

/** The field that shows what is wrong at a path of the request. */
export function imageFieldOf(path: string): keyof ImageCreateValues {
  const last = path.split('.').at(-1);
  if (last === 'sha256' || last === 'sha512') return 'checksum';
  return last === 'defaultUser' || last === 'url' ? last : 'name';
}
