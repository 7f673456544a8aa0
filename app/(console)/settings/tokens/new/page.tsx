import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { TokenCreateForm } from '#components/token/token-create-form.tsx';
import { openPage } from '../../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('token.new'))('title') });

export default async function TokenNewPage() {
  await openPage(paths.tokenNew());
  return <TokenCreateForm />;
}
