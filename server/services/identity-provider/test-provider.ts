import { getProvider, type ProviderRow } from '#server/db/identity-provider-store.ts';
import { bindAsSearcher, bindSecret, findEntry, ldapConfig, withDirectory } from '../auth/ldap-directory.ts';
import { discover, reasonOf } from '../auth/oidc-client.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';

/** One thing that was tried; `step` is translated by the browser, `detail` is what was seen. */
export interface TestedStep {
  step: 'reach' | 'search-bind' | 'search-base' | 'user' | 'discovery' | 'pkce';
  ok: boolean;
  detail: string;
}

/** Tries a provider out step by step, and stops at the first that fails. Throws `not_found`. */
export async function testIdentityProvider(
  ctx: ActorContext,
  input: { identityProvider: string; username?: string | undefined },
): Promise<{ steps: TestedStep[] }> {
  const provider = await getProvider(ctx.app.db, { id: input.identityProvider });
  const steps =
    provider.kind === 'oidc' ? await testOidc(ctx, provider) : await testLdap(ctx, provider, input.username);
  const what = { action: 'identityProvider.test', target: { type: 'identity-provider', id: provider.id } };
  return change(ctx, what, async () => ({ steps }));
}

async function testOidc(ctx: ActorContext, provider: ProviderRow): Promise<TestedStep[]> {
  try {
    const metadata = (await discover(ctx.app, provider)).serverMetadata();
    const steps: TestedStep[] = [{ step: 'discovery', ok: true, detail: metadata.issuer }];
    const methods = metadata.code_challenge_methods_supported ?? [];
    // Many do PKCE without saying so; only one that lists others does not.
    const pkce = methods.length === 0 || methods.includes('S256');
    return [...steps, { step: 'pkce', ok: pkce, detail: methods.join(', ') || 'S256?' }];
  } catch (error) {
    return [{ step: 'discovery', ok: false, detail: reasonOf(error) }];
  }
}

async function testLdap(ctx: ActorContext, provider: ProviderRow, username: string | undefined): Promise<TestedStep[]> {
  const config = ldapConfig(provider);
  const steps: TestedStep[] = [];
  let step: TestedStep['step'] = 'reach';
  try {
    const secret = await bindSecret(ctx.app, provider);
    await withDirectory(config, async (client) => {
      if (config.bindDn === '') await client.bind('', '');
      else {
        step = 'search-bind';
        await bindAsSearcher(client, config, secret);
      }
      steps.push({ step: 'reach', ok: true, detail: config.url });
      steps.push({ step: 'search-bind', ok: true, detail: config.bindDn || '–' });
      step = 'search-base';
      await client.search(config.baseDn, { scope: 'base', filter: '(objectClass=*)', attributes: ['dn'] });
      steps.push({ step, ok: true, detail: config.baseDn });
      if (!username) return;
      step = 'user';
      const entry = await findEntry(client, config, username);
      const detail = entry ? [entry.dn, entry.name ?? '–', entry.email ?? '–'].join(' · ') : username;
      steps.push({ step, ok: entry !== null, detail });
    });
  } catch (error) {
    steps.push({ step, ok: false, detail: reasonOf(error) });
  }
  return steps;
}
