'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { invitationApi } from '#server/contract/invitation.ts';
import { projectRoles } from '#server/contract/permissions.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { forgetInvitation, keepInvitation, useInvitationToken } from './use-invitation-token.ts';

/** What the link of an invitation leads to: join, make the account, or hear that it is for somebody else. */
export function InvitationForm() {
  const t = useTranslations('invitation.page');
  const roles = useTranslations('member.role');
  const trpc = useTRPC();
  const token = useInvitationToken();
  const { data, error } = useQuery(
    trpc.invitation.info.queryOptions({ token: token ?? '' }, { enabled: token !== null, retry: false }),
  );
  if (error) return <ProblemNotice error={error} />;
  if (!data || token === null) {
    return (
      <div className="flex flex-col gap-4">
        <Spinner label={t('looking')} />
        <Skeleton className="h-8" />
        <Skeleton className="h-8" />
      </div>
    );
  }
  const { email, signedInAs, hasAccount } = data;
  const own = projectRoles.find((role) => !data.customRole && role === data.role);
  const role = own ? roles(own) : data.role;
  const by = data.invitedBy;
  return (
    <div className="flex flex-col gap-4">
      <div>
        <h1 className="text-16 font-semibold">{t('title', { project: data.project })}</h1>
        <p className="mt-1 text-text-2">{by ? t('detailBy', { by, role, email }) : t('detail', { role, email })}</p>
      </div>
      {signedInAs === email ? (
        <Accept token={token} />
      ) : signedInAs ? (
        <OtherAccount email={email} signedInAs={signedInAs} />
      ) : hasAccount ? (
        <SignInFirst token={token} email={email} />
      ) : (
        <Join token={token} />
      )}
    </div>
  );
}

/** A whole page load, so that nothing of an earlier person stays. */
function enter(slug: string): void {
  forgetInvitation();
  window.location.assign(paths.instances(slug));
}

function Accept({ token }: { token: string }) {
  const t = useTranslations('invitation.page');
  const trpc = useTRPC();
  const accept = useMutation(trpc.invitation.accept.mutationOptions({ onSuccess: ({ slug }) => enter(slug) }));
  return (
    <>
      <ProblemNotice error={accept.error} what={t('failed')} />
      <Button variant="primary" busy={accept.isPending || accept.isSuccess} onClick={() => accept.mutate({ token })}>
        {t('accept')}
      </Button>
    </>
  );
}

function OtherAccount({ email, signedInAs }: { email: string; signedInAs: string }) {
  const t = useTranslations('invitation.page');
  const trpc = useTRPC();
  const signOut = useMutation(trpc.auth.signOut.mutationOptions({ onSettled: () => window.location.reload() }));
  return (
    <>
      <p className="rounded-control bg-warn-wash px-3 py-2">{t('otherAccount', { email, signedInAs })}</p>
      <Button busy={signOut.isPending || signOut.isSuccess} onClick={() => signOut.mutate({})}>
        {t('signOut')}
      </Button>
    </>
  );
}

/** After signing in the person comes back here; the token never is in an address that a server sees. */
function SignInFirst({ token, email }: { token: string; email: string }) {
  const t = useTranslations('invitation.page');
  const [pressed, setPressed] = useState(false);
  const signIn = () => {
    setPressed(true);
    keepInvitation(token);
    window.location.assign(paths.signIn(paths.invitation()));
  };
  return (
    <>
      <p className="text-text-2">{t('hasAccount', { email })}</p>
      <Button variant="primary" busy={pressed} onClick={signIn}>
        {t('signIn')}
      </Button>
    </>
  );
}

interface Fields {
  name: string;
  password: string;
}

function Join({ token }: { token: string }) {
  const t = useTranslations('invitation.page');
  const auth = useTranslations('auth');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const [onField, setOnField] = useState(false);
  const form = useContractForm<Fields, typeof invitationApi.join.input>(invitationApi.join.input, {
    defaultValues: { name: '', password: '' },
    toInput: (values) => ({ token, ...values }),
  });
  const join = useMutation(
    trpc.invitation.join.mutationOptions({
      onSuccess: ({ step, slug }) => (step === 'done' ? enter(slug) : window.location.assign(paths.signIn())),
      onError: (error) => setOnField(!applyProblem(form, problemOf(error), words).left),
    }),
  );
  return (
    <form noValidate onSubmit={submitForm(form, (input) => join.mutate(input))} className="flex flex-col gap-4">
      <ProblemNotice error={onField ? null : join.error} what={t('failed')} />
      <TextField control={form.control} name="name" label={auth('name')} autoComplete="name" autoFocus />
      <TextField
        control={form.control}
        name="password"
        label={auth('password')}
        hint={auth('passwordHint')}
        type="password"
        autoComplete="new-password"
      />
      <Button type="submit" variant="primary" busy={join.isPending || join.isSuccess}>
        {t('join')}
      </Button>
    </form>
  );
}
