import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';

/** Who signs in at the provider, as its sign-in page is told by the login hint of a test. */
export interface OpenidAccount {
  sub: string;
  name?: string;
  email?: string;
  email_verified?: boolean;
}

export interface OpenidProvider {
  issuer: string;
  client: { id: string; secret: string };
  /** Who is at the keyboard of the next sign-in. */
  account: OpenidAccount;
  stop(): Promise<void>;
}

/**
 * A real OpenID provider (oidc-provider) on loopback. Its sign-in page asks nothing: whoever comes is `account`, so that a test is about
 * the protocol and our half of it.
 */
export async function startOpenidProvider(redirectUri: string): Promise<OpenidProvider> {
  const client = { id: 'atoll', secret: 'a-client-secret-of-the-test' };
  const state: OpenidProvider = {
    issuer: '',
    client,
    account: { sub: 'nobody' },
    stop: async () => undefined,
  };
  const configuration: Configuration = {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key of the test'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ ...state.account, sub: id }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  };
  // The port is part of the issuer, and known only once something listens there.
  const { createServer } = await import('node:http');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(state.issuer, configuration);
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) {
      void handle(request, response);
      return;
    }
    const finish = async (): Promise<void> => {
      const details = await provider.interactionDetails(request, response);
      if (details.prompt.name === 'login') {
        await provider.interactionFinished(request, response, { login: { accountId: state.account.sub } });
        return;
      }
      const grant = new provider.Grant({ accountId: details.session?.accountId ?? '', clientId: client.id });
      grant.addOIDCScope(String(details.params.scope));
      await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
    };
    finish().catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  state.stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return state;
}

/** Goes through the provider's pages as a browser does; answers the address that it sends back to. */
export async function followProvider(start: string, redirectUri: string): Promise<URL> {
  const jar = new Map<string, string>();
  let address = start;
  for (let hop = 0; hop < 10; hop += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${address} answered ${response.status}: ${await response.text()}`);
    const next = new URL(location, address);
    if (next.href.startsWith(redirectUri)) return next;
    address = next.href;
  }
  throw new Error('The provider sent on and on.');
}
