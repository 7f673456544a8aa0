'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import type { instanceApi } from '#server/contract/instance-api.ts';
import { applyProblem } from '../../form/apply-problem.ts';
import { submitForm } from '../../form/submit-form.ts';
import { useContractForm } from '../../form/use-contract-form.ts';
import { paths } from '../../lib/paths.ts';
import { problemOf } from '../../lib/problem.ts';
import { useTRPC } from '../../lib/trpc-client.ts';
import { useDraft } from '../../lib/use-draft.ts';
import { useSaid } from '../../lib/use-said.ts';
import { toast } from '../../ui/toast.tsx';
import { type CreateFields, emptyFields, toCreateField, toCreateInput, undraftedFields } from './create-fields.ts';

const rules = () => import('#server/contract/instance-api.ts').then((contract) => contract.instanceApi.create.input);

/** The comment of a public key (sshd(8), authorized_keys) as its name; keys without one are named by their type. */
const nameOfKey = (publicKey: string): string => {
  const [type = '', , ...comment] = publicKey.trim().split(' ');
  return comment.join(' ') || type;
};

/** The create form: its fields, its draft (which does not overrule `fromAddress`), and what happens when it is sent. */
export function useCreateForm(
  project: string,
  initial: Partial<CreateFields>,
  fromAddress: readonly (keyof CreateFields)[] = [],
) {
  const t = useTranslations('instance.create');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const router = useRouter();
  const said = useSaid();
  const queryClient = useQueryClient();
  const form = useContractForm<CreateFields, typeof instanceApi.create.input>(rules, {
    defaultValues: { ...emptyFields, ...initial },
    toInput: (fields) => toCreateInput(project, fields),
    toField: (path) => toField(path),
  });
  const toField = toCreateField(() => form.getValues());
  const draft = useDraft(form, `instance:${project}`, [...undraftedFields, ...fromAddress]);
  const saveKey = useMutation(trpc.sshKey.create.mutationOptions({ onError: () => toast('bad', t('keys.notSaved')) }));
  const create = useMutation(
    trpc.instance.create.mutationOptions({
      onSuccess: ({ instance, operation, instances }) => {
        draft.clear();
        const { savePastedKey, pastedKey } = form.getValues();
        if (savePastedKey && pastedKey.trim()) saveKey.mutate({ name: nameOfKey(pastedKey), publicKey: pastedKey });
        queryClient.setQueryData(trpc.operation.get.queryKey({ operation: operation.id }), operation);
        queryClient.setQueryData(trpc.instance.get.queryKey({ project, instance: instance.id }), instance);
        void queryClient.invalidateQueries({ queryKey: trpc.instance.list.pathKey() });
        router.push(instances.length > 1 ? paths.instances(project) : paths.instance(project, instance.id));
      },
      onError: (error) => {
        const problem = problemOf(error);
        const errors = problem.errors.map((field) => ({ ...field, message: said(field.message) }));
        applyProblem(form, { ...problem, errors }, tForm, toField);
      },
    }),
  );
  const submit = submitForm(form, (input) => create.mutate(input));
  return { form, create, submit };
}

export type CreateForm = ReturnType<typeof useCreateForm>['form'];
