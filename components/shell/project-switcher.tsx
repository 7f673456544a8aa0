'use client';

import { ChevronsUpDown, FolderKanban } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { paths } from '../lib/paths.ts';
import { usePreferences } from '../lib/preferences-provider.tsx';
import { useMe } from '../lib/use-me.ts';
import { buttonStyle } from '../ui/button-style.ts';
import { Menu, MenuChoice } from '../ui/menu.tsx';
import { useProject } from './use-project.ts';

/** Which project is looked at, and the others. */
export function ProjectSwitcher() {
  const t = useTranslations('shell');
  const router = useRouter();
  const { projects } = useMe();
  const current = useProject();
  const { change } = usePreferences();
  if (!current) return null;
  const switchTo = (slug: string) => {
    change({ project: slug });
    router.push(paths.instances(slug));
  };
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className={buttonStyle('ghost', 'normal', 'min-w-0 shrink! max-w-56 px-2!')}>
          <FolderKanban size={16} aria-hidden className="shrink-0" />
          <span className="sr-only">{t('project')}</span>
          <span className="truncate text-text-1">{current.name}</span>
          <ChevronsUpDown size={14} aria-hidden className="shrink-0" />
        </button>
      }
    >
      <MenuChoice
        label={t('projects')}
        value={current.slug}
        options={projects.map(({ slug, name }) => ({ value: slug, label: name }))}
        onChange={switchTo}
      />
    </Menu>
  );
}
