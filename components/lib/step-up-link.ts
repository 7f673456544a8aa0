import type { TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { AppRouter } from '#server/api/app-router.ts';
import { problemOf } from './problem.ts';
import { askForProof } from './step-up.ts';

/** Where the server wants a proof of who one is, asks for it and sends the request once more. */
export const stepUpLink: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    observable((observer) => {
      const send = (again: boolean) =>
        next(op).subscribe({
          next: (value) => observer.next(value),
          complete: () => observer.complete(),
          error: (error) => {
            if (again || problemOf(error).code !== 'step_up_required') {
              observer.error(error);
              return;
            }
            void askForProof().then((proved) => {
              if (proved) subscription = send(true);
              else observer.error(error);
            });
          },
        });
      let subscription = send(false);
      return () => subscription.unsubscribe();
    });
