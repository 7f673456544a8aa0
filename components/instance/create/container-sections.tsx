'use client';

import { Plus, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { useFieldArray } from 'react-hook-form';
import { CheckField } from '../../form/check-field.tsx';
import { FormSection } from '../../form/form-section.tsx';
import { NumberField } from '../../form/number-field.tsx';
import { SelectField } from '../../form/select-field.tsx';
import { TextField } from '../../form/text-field.tsx';
import { Button } from '../../ui/button.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import type { CreateForm } from './use-create-form.ts';

/** What a container runs: image, command, restart policy. */
export function ContainerImage({ form }: { form: CreateForm }) {
  const t = useTranslations('instance.create.container');
  const policy = useTranslations('instance.container.policy');
  return (
    <FormSection title={t('title')}>
      <TextField
        control={form.control}
        name="image"
        label={t('image')}
        hint={t('imageHint')}
        placeholder="nginx:1.29"
        mono
      />
      <TextField control={form.control} name="command" label={t('command')} hint={t('commandHint')} mono optional />
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          control={form.control}
          name="entrypoint"
          label={t('entrypoint')}
          hint={t('entrypointHint')}
          mono
          optional
        />
        <TextField
          control={form.control}
          name="workingDir"
          label={t('workingDir')}
          placeholder="/srv/app"
          hint={t('workingDirHint')}
          mono
          optional
        />
        <TextField
          control={form.control}
          name="user"
          label={t('user')}
          placeholder="1000:1000"
          hint={t('userHint')}
          mono
          optional
        />
      </div>
      <CheckField control={form.control} name="tty" label={t('tty')} />
      <SelectField
        control={form.control}
        name="restartPolicy"
        label={t('restart')}
        className="max-w-64"
        options={[
          { value: 'unless-stopped', label: policy('unless-stopped') },
          { value: 'always', label: policy('always') },
          { value: 'on-failure', label: policy('on-failure') },
          { value: 'no', label: policy('no') },
        ]}
      />
    </FormSection>
  );
}

interface RowsProps {
  children: ReactNode;
  add: () => void;
  addText: string;
}

const Rows = ({ children, add, addText }: RowsProps) => (
  <div className="flex flex-col items-start gap-2">
    {children}
    <Button size="small" onClick={add}>
      <Plus size={14} aria-hidden />
      {addText}
    </Button>
  </div>
);

const rowStyle = 'grid w-full items-start gap-2 max-sm:rounded-card max-sm:border max-sm:border-line max-sm:p-3';

const Remove = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <span className="flex items-center sm:mt-6.5 sm:h-8">
    <IconButton icon={X} label={label} onClick={onClick} />
  </span>
);

/** Variables of the environment; their values are never shown again. */
export function EnvRows({ form }: { form: CreateForm }) {
  const t = useTranslations('instance.create.env');
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'env' });
  return (
    <FormSection title={t('title')} detail={t('detail')}>
      <Rows add={() => append({ name: '', value: '' })} addText={t('add')}>
        {fields.map(({ id }, index) => (
          <div key={id} className={`${rowStyle} sm:grid-cols-[1fr_1.5fr_auto]`}>
            <TextField control={form.control} name={`env.${index}.name`} label={t('name')} mono />
            <TextField control={form.control} name={`env.${index}.value`} label={t('value')} mono autoComplete="off" />
            <Remove label={t('remove')} onClick={() => remove(index)} />
          </div>
        ))}
      </Rows>
    </FormSection>
  );
}

/** Ports of the container that the host answers on. */
export function PortRows({ form }: { form: CreateForm }) {
  const t = useTranslations('instance.create.ports');
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'ports' });
  return (
    <FormSection title={t('title')} detail={t('detail')}>
      <Rows add={() => append({ containerPort: undefined, hostPort: undefined, protocol: 'tcp' })} addText={t('add')}>
        {fields.map(({ id }, index) => (
          <div key={id} className={`${rowStyle} sm:grid-cols-[1fr_1fr_96px_auto]`}>
            <NumberField control={form.control} name={`ports.${index}.containerPort`} label={t('container')} min={1} />
            <NumberField
              control={form.control}
              name={`ports.${index}.hostPort`}
              label={t('host')}
              placeholder={t('automatic')}
              min={1024}
            />
            <SelectField
              control={form.control}
              name={`ports.${index}.protocol`}
              label={t('protocol')}
              options={[
                { value: 'tcp', label: 'TCP' },
                { value: 'udp', label: 'UDP' },
              ]}
            />
            <Remove label={t('remove')} onClick={() => remove(index)} />
          </div>
        ))}
      </Rows>
    </FormSection>
  );
}

/** Volumes that outlive the container. */
export function VolumeRows({ form }: { form: CreateForm }) {
  const t = useTranslations('instance.create.volumes');
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'volumes' });
  return (
    <FormSection title={t('title')} detail={t('detail')}>
      <Rows add={() => append({ name: '', target: '', readOnly: false })} addText={t('add')}>
        {fields.map(({ id }, index) => (
          <div key={id} className={`${rowStyle} sm:grid-cols-[1fr_1.5fr_auto_auto]`}>
            <TextField control={form.control} name={`volumes.${index}.name`} label={t('name')} mono />
            <TextField
              control={form.control}
              name={`volumes.${index}.target`}
              label={t('target')}
              placeholder="/var/lib/data"
              mono
            />
            <span className="flex items-center sm:mt-6.5 sm:h-8">
              <CheckField control={form.control} name={`volumes.${index}.readOnly`} label={t('readOnly')} />
            </span>
            <Remove label={t('remove')} onClick={() => remove(index)} />
          </div>
        ))}
      </Rows>
    </FormSection>
  );
}
