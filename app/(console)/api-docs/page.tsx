import { getTranslations } from 'next-intl/server';
import { ApiDocs } from '#components/api-docs/api-docs.tsx';
import { paths } from '#components/lib/paths.ts';
import { openPage } from '../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('apiDocs'))('title') });

export default async function ApiDocsPage() {
  await openPage(paths.apiDocs());
  return <ApiDocs />;
}
