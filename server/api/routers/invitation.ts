import { invitationApi } from '#server/contract/invitation.ts';
import {
  acceptInvitation,
  getInvitationInfo,
  joinByInvitation,
} from '#server/services/invitation/accept-invitation.ts';
import {
  inviteToProject,
  listProjectInvitations,
  revokeProjectInvitation,
} from '#server/services/invitation/invite.ts';
import { implement } from '../implement.ts';
import { welcomeOrAsk } from './welcome.ts';

export const invitationHandlers = implement(invitationApi, {
  list: (ctx, input) => listProjectInvitations(ctx, input),
  create: (ctx, input) => inviteToProject(ctx, input),
  revoke: (ctx, input) => revokeProjectInvitation(ctx, input),
  info: (ctx, input) => getInvitationInfo(ctx, input),
  accept: (ctx, input) => acceptInvitation(ctx, input),
  join: async (ctx, input) => {
    const { answer, slug } = await joinByInvitation(ctx, input);
    return { ...(await welcomeOrAsk(ctx, answer)), slug };
  },
});
