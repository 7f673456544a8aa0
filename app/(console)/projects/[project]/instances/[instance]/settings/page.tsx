import { getTranslations } from 'next-intl/server';
import { InstanceSettings } from '#components/instance/instance-settings.tsx';
import { paths } from '#components/lib/paths.ts';
import { openPage } from '../../../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string; instance: string }>;
}

export const generateMetadata = async () => ({ title: (await getTranslations('instance.tab'))('settings') });

export default async function InstanceSettingsPage({ params }: Props) {
  const { project, instance } = await params;
  await openPage(paths.instance(project, instance, 'settings'));
  return <InstanceSettings project={project} instance={instance} />;
}
