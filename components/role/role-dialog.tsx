'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import { type ProjectPermission, projectPermissions } from '#server/contract/permissions.ts';
import { type Role, roleApi, roleSchema } from '#server/contract/role.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { sendJson } from '../lib/send-json.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { ScopeChoices } from '../token/scope-choices.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

interface Fields {
  name: string;
  description: string;
  permissions: ProjectPermission[];
}

const isPermission = (scope: string): scope is ProjectPermission =>
  projectPermissions.some((permission) => permission === scope);

/** Puts a role together, or changes one. */
export function RoleDialog({ role, onClose }: { role: Role | null; onClose: () => void }) {
  const t = useTranslations('role');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const [onField, setOnField] = useState(false);
  const form = useContractForm<Fields, typeof roleApi.create.input>(roleApi.create.input, {
    defaultValues: role
      ? { name: role.name, description: role.description, permissions: role.permissions }
      : { name: '', description: '', permissions: ['project:read'] },
  });
  const create = useMutation(trpc.role.create.mutationOptions());
  const save = useMutation({
    mutationFn: (body: Fields) =>
      role
        ? sendJson({ method: 'PATCH', path: `/roles/${role.id}`, body, version: role.version, answer: roleSchema })
        : create.mutateAsync(body),
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey: trpc.role.pathKey() });
    },
    onError: (error) => setOnField(!applyProblem(form, problemOf(error), words).left),
  });
  const chosen = form.watch('permissions');
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={role ? t('edit.title', { name: role.name }) : t('create.title')}
      description={role && role.members > 0 ? t('edit.detail', { count: role.members }) : t('create.detail')}
      actions={
        <Button
          type="submit"
          form={id}
          variant="primary"
          busy={save.isPending}
          reason={chosen.length === 0 ? t('chooseOne') : null}
        >
          {role ? t('edit.verb') : t('create.verb')}
        </Button>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={submitForm(form, (input) => save.mutate(input))}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={onField ? null : save.error} what={t('notSaved')} />
        <TextField control={form.control} name="name" label={t('column.name')} autoFocus />
        <TextField control={form.control} name="description" label={t('column.description')} optional />
        <ScopeChoices
          scopes={projectPermissions}
          value={chosen}
          onChange={(next) => form.setValue('permissions', next.filter(isPermission))}
        />
      </form>
    </Dialog>
  );
}
