import { cookies } from 'next/headers';
import { cookieName, type Preferences, preferenceCookie } from '#components/lib/preferences.ts';
import { preferencesSchema } from '#components/lib/preferences-schema.ts';

/** Keeps theme, density, language and the like in cookies, so that the server renders them. */
export async function PUT(request: Request): Promise<Response> {
  const body: unknown = await request.json().catch(() => null);
  const change = preferencesSchema.safeParse(body);
  if (!change.success) return new Response(null, { status: 400 });
  const jar = await cookies();
  for (const [name, value] of Object.entries(change.data)) {
    jar.set(cookieName(name as keyof Preferences), value, preferenceCookie);
  }
  return new Response(null, { status: 204 });
}
