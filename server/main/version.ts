import packageJson from '../../package.json' with { type: 'json' };

/** Version of this Atoll. */
export const version: string = packageJson.version;
