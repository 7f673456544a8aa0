'use client';

import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '../lib/trpc-client.ts';
import { askPasskey } from './use-passkey.ts';

/** Signs in with a passkey, alone or after a password. */
export function usePasskeySignIn(onDone: () => void) {
  const trpc = useTRPC();
  const begin = useMutation(trpc.signIn.passkeyBegin.mutationOptions());
  const finish = useMutation(trpc.signIn.passkey.mutationOptions({ onSuccess: onDone }));
  const run = useMutation({
    mutationFn: async () => {
      const { options } = await begin.mutateAsync({});
      const answer = await askPasskey(options);
      if (answer) await finish.mutateAsync({ answer } as Parameters<typeof finish.mutateAsync>[0]);
    },
  });
  return { start: () => run.mutate(), error: run.error, isPending: run.isPending || finish.isSuccess };
}
