import createNextIntlPlugin from 'next-intl/plugin';

// Messages are compiled when the console is built, so that browsers need no parser of ICU.
const withNextIntl = createNextIntlPlugin({
  requestConfig: './components/lib/request-config.ts',
  experimental: { messages: { path: './messages', format: 'json', locales: ['en', 'zh-CN'], precompile: true } },
});

/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` runs tsc over the whole house; the build does not repeat it.
  typescript: { ignoreBuildErrors: true },
  // Times of pages come from live events, never from a cached render.
  experimental: { staleTimes: { dynamic: 0 } },
};

export default withNextIntl(config);
