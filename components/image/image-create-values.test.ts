import { expect, it } from 'vitest';
import { createImageSchema } from '#server/contract/image.ts';
import { type ImageCreateValues, imageFieldOf, toImageInput } from './image-create-values.ts';

const values: ImageCreateValues = {
  how: 'url',
  name: 'Debian 13',
  defaultUser: 'debian',
  isPublic: false,
  url: 'https://example.org/debian.qcow2',
  checksum: '',
};
const read = (changed: Partial<ImageCreateValues>) =>
  createImageSchema.safeParse(toImageInput({ ...values, ...changed }, 'blue', null));

it('tells SHA-512 from SHA-256 by its length', () => {
  expect(read({ checksum: ` ${'A'.repeat(64)} ` }).data?.source).toMatchObject({ sha256: 'a'.repeat(64) });
  expect(read({ checksum: 'b'.repeat(128) }).data?.source).toMatchObject({ sha512: 'b'.repeat(128) });
  expect(read({ checksum: '' }).data?.source).not.toHaveProperty('sha256');
});

it('shows a wrong checksum at its field', () => {
  const issue = read({ checksum: 'xyz' }).error?.issues[0];
  expect(imageFieldOf(issue?.path.map(String).join('.') ?? '')).toBe('checksum');
});

it('leaves the project out of a public image', () => {
  expect(read({ isPublic: true }).data?.project).toBeUndefined();
  expect(read({}).data?.project).toBe('blue');
});

it('wants a file to upload', () => {
  expect(read({ how: 'upload' }).success).toBe(false);
});
