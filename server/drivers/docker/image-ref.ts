/**
 * Splits a reference so that a pull asks for exactly one image: without a tag Docker's API would pull every tag.
 * Docker Hub is where a name without a registry lives (github.com/distribution/reference, ParseNormalizedNamed).
 */
export function splitImageRef(ref: string): { name: string; tag: string; registry: string } {
  const [named = '', digest] = ref.split('@');
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const name = hasTag ? named.slice(0, colon) : named;
  const [first = ''] = name.split('/');
  const isRegistry = name.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return {
    name,
    tag: digest ?? (hasTag ? named.slice(colon + 1) : 'latest'),
    registry: isRegistry ? first : 'docker.io',
  };
}
