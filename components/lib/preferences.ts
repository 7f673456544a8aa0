/** What a person chose for this browser. Kept in cookies so that the server renders it and nothing flashes. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const densities = ['comfortable', 'dense'] as const;
export type Density = (typeof densities)[number];

export const locales = ['en', 'zh-CN'] as const;
export type Locale = (typeof locales)[number];

export const rails = ['wide', 'folded'] as const;
export type Rail = (typeof rails)[number];

export const projectPattern = /^[a-z0-9-]{1,63}$/;

export interface Preferences {
  theme: Theme;
  density: Density;
  /** null: as the browser asks in Accept-Language. */
  locale: Locale | null;
  rail: Rail;
  /** Slug of the project that was looked at last. */
  project: string | null;
}

export const cookieName = (name: keyof Preferences): string => `atoll-${name}`;

const oneOf = <T extends string>(allowed: readonly T[], value: string | undefined): T | null =>
  allowed.find((candidate) => candidate === value) ?? null;

/** Reads the preferences; whatever is unknown falls back to the default. `read` answers the value of one cookie. */
export function readPreferences(read: (cookie: string) => string | undefined): Preferences {
  const project = read(cookieName('project'));
  return {
    theme: oneOf(themes, read(cookieName('theme'))) ?? 'system',
    density: oneOf(densities, read(cookieName('density'))) ?? 'comfortable',
    locale: oneOf(locales, read(cookieName('locale'))),
    rail: oneOf(rails, read(cookieName('rail'))) ?? 'wide',
    project: project && projectPattern.test(project) ? project : null,
  };
}

/** Set-Cookie attributes of a preference: a year, this site only. It is no secret and carries no right. */
export const preferenceCookie = { path: '/', maxAge: 31_536_000, sameSite: 'lax', httpOnly: true } as const;

/** Preferences to change. */
export type PreferenceChange = { [Name in keyof Preferences]?: NonNullable<Preferences[Name]> | undefined };

/** Keeps preferences for this browser; answers when the next page will know them. Throws when the server is away. */
export async function keepPreferences(change: PreferenceChange): Promise<void> {
  const response = await fetch('/api/preferences', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  });
  if (!response.ok) throw new Error(`The preference was not kept: ${response.status}`);
}

/**
 * The language of a request without a choice: the first of Accept-Language (RFC 9110 §12.5.4, by weight) that Atoll
 * speaks; any Chinese gets zh-CN, everything else English.
 */
export function localeOf(acceptLanguage: string | null): Locale {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const weight = parameters.find((parameter) => parameter.trim().startsWith('q='));
      return { tag, weight: weight ? Number(weight.trim().slice(2)) : 1 };
    })
    .filter(({ tag, weight }) => tag !== '' && weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { tag } of wanted) {
    if (tag === 'zh' || tag.startsWith('zh-')) return 'zh-CN';
    if (tag === 'en' || tag.startsWith('en-')) return 'en';
  }
  return 'en';
}
