'use client';

import { Dialog } from '@base-ui/react/dialog';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Boxes, type LucideIcon, Monitor, Moon, Plus, Server, Sun } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { canInstance } from '#server/contract/instance-state.ts';
import { actionIcons } from '../instance/instance-menu.tsx';
import { quickActions, useInstanceAction } from '../instance/use-instance-action.ts';
import { paths } from '../lib/paths.ts';
import { usePreferences } from '../lib/preferences-provider.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { Kbd } from '../ui/kbd.tsx';
import { useNavigation } from './use-navigation.ts';
import { useProject } from './use-project.ts';

/** ⌘K: go anywhere, act on an instance, create, change the look; all by typing. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const t = useTranslations('shell.palette');
  const [typed, setTyped] = useState('');
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.15_0.02_240/0.35)]" />
        <Dialog.Popup className="fixed top-[12vh] left-1/2 z-50 w-[min(600px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-card border border-line bg-surface-2 shadow-float">
          <Dialog.Title className="sr-only">{t('open')}</Dialog.Title>
          <Command label={t('open')} loop>
            <Command.Input
              value={typed}
              onValueChange={setTyped}
              placeholder={t('placeholder')}
              className="h-12 w-full border-line border-b bg-transparent px-4 text-14 outline-none placeholder:text-text-3"
            />
            <Command.List className="max-h-[min(420px,60vh)] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-text-2">{t('nothing')}</Command.Empty>
              <InstanceCommands typed={typed} onDone={onClose} />
              <GoCommands onDone={onClose} />
              <CreateCommands onDone={onClose} />
              <LookCommands onDone={onClose} />
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface EntryProps {
  icon: LucideIcon;
  value: string;
  onSelect: () => void;
  children: ReactNode;
  shortcut?: string | undefined;
}

const Entry = ({ icon: Icon, value, onSelect, children, shortcut }: EntryProps) => (
  <Command.Item
    value={value}
    onSelect={onSelect}
    className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-control px-2.5 data-[selected=true]:bg-hover"
  >
    <Icon size={16} aria-hidden className="shrink-0 text-text-2" />
    <span className="min-w-0 grow truncate">{children}</span>
    {shortcut ? <Kbd keys={shortcut} /> : null}
  </Command.Item>
);

const groupClass =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-12 [&_[cmdk-group-heading]]:text-text-3';

interface PartProps {
  onDone: () => void;
}

function GoCommands({ onDone }: PartProps) {
  const t = useTranslations('shell.palette');
  const nav = useTranslations('nav');
  const router = useRouter();
  const { all } = useNavigation();
  return (
    <Command.Group heading={t('go')} className={groupClass}>
      {all.map(({ key, icon, href, shortcut }) => (
        <Entry
          key={key}
          icon={icon}
          value={`${t('go')} ${nav(key)}`}
          shortcut={shortcut}
          onSelect={() => {
            onDone();
            router.push(href);
          }}
        >
          {nav(key)}
        </Entry>
      ))}
    </Command.Group>
  );
}

function CreateCommands({ onDone }: PartProps) {
  const t = useTranslations('shell.palette');
  const router = useRouter();
  const project = useProject();
  const mayAddHost = useMayInSystem('host:write');
  const entries = [
    ...(project
      ? [
          { icon: Plus, text: t('createVm'), href: paths.instanceNew(project.slug, { kind: 'vm' }) },
          { icon: Plus, text: t('createContainer'), href: paths.instanceNew(project.slug, { kind: 'container' }) },
          { icon: Plus, text: t('createImage'), href: paths.imageNew(project.slug) },
        ]
      : []),
    ...(mayAddHost ? [{ icon: Server, text: t('addHost'), href: paths.hostNew() }] : []),
  ];
  return (
    <Command.Group heading={t('create')} className={groupClass}>
      {entries.map(({ icon, text, href }) => (
        <Entry
          key={href}
          icon={icon}
          value={text}
          onSelect={() => {
            onDone();
            router.push(href);
          }}
        >
          {text}
        </Entry>
      ))}
    </Command.Group>
  );
}

function LookCommands({ onDone }: PartProps) {
  const t = useTranslations('shell');
  const { change } = usePreferences();
  const themes = [
    { theme: 'light', icon: Sun },
    { theme: 'dark', icon: Moon },
    { theme: 'system', icon: Monitor },
  ] as const;
  return (
    <Command.Group heading={t('palette.look')} className={groupClass}>
      {themes.map(({ theme, icon }) => (
        <Entry
          key={theme}
          icon={icon}
          value={`${t('theme.label')} ${t(`theme.${theme}`)}`}
          onSelect={() => {
            change({ theme });
            onDone();
          }}
        >
          {t('palette.theme', { theme: t(`theme.${theme}`) })}
        </Entry>
      ))}
    </Command.Group>
  );
}

const words = (typed: string): string => typed.trim().split(/\s+/).at(-1) ?? '';

/** Instances by name, and what may be done with them now: `stop web-1`. The last word is looked for. */
function InstanceCommands({ typed, onDone }: PartProps & { typed: string }) {
  const t = useTranslations('instance');
  const trpc = useTRPC();
  const router = useRouter();
  const project = useProject();
  const run = useInstanceAction();
  const search = useDeferredValue(words(typed));
  const { data } = useQuery(
    trpc.instance.list.queryOptions(
      { project: project?.slug ?? '', search, limit: 5 },
      { enabled: project !== null && search.length > 0, placeholderData: keepPreviousData },
    ),
  );
  if (!project || !data || search === '') return null;
  return (
    <Command.Group heading={t('list.title')} className={groupClass}>
      {data.items.flatMap((instance) => [
        <Entry
          key={instance.id}
          icon={Boxes}
          value={`${instance.name} ${instance.id}`}
          onSelect={() => {
            onDone();
            router.push(paths.instance(project.slug, instance.id));
          }}
        >
          {instance.name}
        </Entry>,
        ...quickActions
          .filter((action) => canInstance(action, instance).ok)
          .map((action) => (
            <Entry
              key={`${instance.id} ${action}`}
              icon={actionIcons[action]}
              value={`${t(`action.${action}`)} ${instance.name} ${instance.id}`}
              onSelect={() => {
                run.mutate({ project: project.slug, instance, action });
                onDone();
              }}
            >
              {t('actOn', { action: t(`action.${action}`), name: instance.name })}
            </Entry>
          )),
      ])}
    </Command.Group>
  );
}
