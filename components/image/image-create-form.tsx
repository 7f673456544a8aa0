'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { z } from 'zod';
import type { catalogEntrySchema, createImageSchema } from '#server/contract/image.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { CheckField } from '../form/check-field.tsx';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMe } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { RadioCards } from '../ui/radio-cards.tsx';
import { ImageCatalogue } from './image-catalogue.tsx';
import { type ImageCreateValues, imageFieldOf, toImageInput } from './image-create-values.ts';
import { ImageFile } from './image-file.tsx';
import { useImageUpload } from './use-image-upload.ts';

const rules = () => import('#server/contract/image.ts').then((contract) => contract.createImageSchema);

type Entry = z.output<typeof catalogEntrySchema>;

/** Adds an image by upload, by address, or from the catalogue. */
export function ImageCreateForm({ project }: { project: string }) {
  const t = useTranslations('image.new');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const router = useRouter();
  const me = useMe();
  const upload = useImageUpload();
  const [file, setFile] = useState<File | null>(null);
  const [entry, setEntry] = useState<Entry | null>(null);
  const catalogue = useQuery(trpc.image.catalog.queryOptions({}));
  const [onField, setOnField] = useState(false);
  const form = useContractForm<ImageCreateValues, typeof createImageSchema>(rules, {
    defaultValues: { how: 'upload', name: '', defaultUser: '', isPublic: false, url: '', checksum: '' },
    toInput: (values) => toImageInput(values, project, file),
    toField: imageFieldOf,
  });
  const create = useMutation(
    trpc.image.create.mutationOptions({
      onSuccess: ({ image }) => {
        if (file && image.state === 'uploading') void upload(image, file);
        router.push(paths.images(project));
      },
      onError: (error) => setOnField(!applyProblem(form, problemOf(error), words, imageFieldOf).left),
    }),
  );
  const { control } = form;
  const how = form.watch('how');
  const submit = submitForm(form, (input) => create.mutate(input));
  const choose = (next: Entry) => {
    setEntry(next);
    form.setValue('name', next.name);
    form.setValue('url', next.url);
    form.setValue('defaultUser', next.defaultUser);
  };
  const chooseFile = (next: File) => {
    setFile(next);
    if (!form.getValues('name')) form.setValue('name', next.name.replace(/\.(qcow2|img|raw|iso)$/i, ''));
  };
  const missing = how === 'upload' && !file ? t('noFile') : how === 'catalogue' && !entry ? t('noEntry') : null;
  return (
    <>
      <PageHeader
        title={t('title')}
        crumbs={[{ href: paths.images(project), text: useTranslations('image.list')('title') }]}
        detail={t('inspected')}
      />
      <form onSubmit={submit} className="flex max-w-3xl flex-col gap-4" noValidate>
        <Card title={t('how')}>
          <RadioCards
            label={t('how')}
            value={how}
            onChange={(value) => form.setValue('how', value)}
            minWidth={180}
            cards={[
              { value: 'upload', title: t('upload'), detail: t('uploadDetail') },
              { value: 'url', title: t('url'), detail: t('urlDetail') },
              { value: 'catalogue', title: t('catalogue'), detail: t('catalogueDetail') },
            ]}
          />
          <div className="mt-4 flex flex-col gap-4">
            {how === 'upload' ? <ImageFile file={file} onChoose={chooseFile} /> : null}
            {how === 'catalogue' ? (
              <ImageCatalogue entries={catalogue.data?.items ?? []} value={entry} onChoose={choose} />
            ) : null}
            {how === 'url' ? (
              <TextField control={control} name="url" label={t('address')} type="url" placeholder="https://" mono />
            ) : null}
            <TextField
              control={control}
              name="checksum"
              label={how === 'upload' ? t('sha256') : t('checksum')}
              hint={t('checksumHint')}
              optional
              mono
            />
          </div>
        </Card>
        <Card title={t('about')}>
          <div className="flex flex-col gap-4">
            <TextField control={control} name="name" label={t('name')} hint={t('nameHint')} />
            <TextField control={control} name="defaultUser" label={t('user')} hint={t('userHint')} optional mono />
            {me?.systemPermissions.includes('image:publish') ? (
              <CheckField control={control} name="isPublic" label={t('public')} hint={t('publicHint')} />
            ) : null}
          </div>
        </Card>
        <ProblemNotice error={onField ? null : create.error} what={t('failed')} />
        <div className="flex gap-2">
          <Button type="submit" variant="primary" busy={create.isPending} reason={missing}>
            {how === 'upload' ? t('submitUpload') : t('submitImport')}
          </Button>
          <Button onClick={() => router.push(paths.images(project))}>{t('cancel')}</Button>
        </div>
      </form>
    </>
  );
}
