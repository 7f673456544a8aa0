/** A path of Docker's API in which every value is one segment. */
export type DockerPath = string & { readonly __dockerPath: true };

/**
 * Builds a path from constant text and values: `` dockerPath`/containers/${id}/json` ``. Values are percent-encoded, so
 * none can add a segment or a query.
 *
 * @throws TypeError for the empty value, `.` and `..`, which would name another resource.
 */
export function dockerPath(constants: TemplateStringsArray, ...values: string[]): DockerPath {
  const encoded = values.map((value) => {
    if (value === '' || value === '.' || value === '..') throw new TypeError(`"${value}" is no name in a Docker path`);
    return encodeURIComponent(value);
  });
  return String.raw({ raw: constants }, ...encoded) as DockerPath;
}
