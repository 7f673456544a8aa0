import { sshKeyApi, tokenApi, userApi } from '#server/contract/identity.ts';
import { createOwnSshKey, deleteOwnSshKey, listOwnSshKeys } from '#server/services/ssh-key/own-ssh-keys.ts';
import { createToken } from '#server/services/token/create-token.ts';
import { listOwnTokens } from '#server/services/token/list-tokens.ts';
import { revokeOwnToken } from '#server/services/token/revoke-token.ts';
import {
  deleteManagedUser,
  disableUser,
  enableUser,
  resetUser,
  signOutUser,
  updateManagedUser,
} from '#server/services/user/change-user.ts';
import { createUser, getUserWithProjects, listAllUsers } from '#server/services/user/manage-users.ts';
import { resetSecondFactor } from '#server/services/user/reset-second-factor.ts';
import { implement } from '../implement.ts';

export const tokenHandlers = implement(tokenApi, {
  list: (ctx, input) => listOwnTokens(ctx, input),
  create: (ctx, input) => createToken(ctx, input),
  revoke: (ctx, input) => revokeOwnToken(ctx, input),
});

export const sshKeyHandlers = implement(sshKeyApi, {
  list: (ctx) => listOwnSshKeys(ctx),
  create: (ctx, input) => createOwnSshKey(ctx, input),
  delete: (ctx, input) => deleteOwnSshKey(ctx, input),
});

export const userHandlers = implement(userApi, {
  list: (ctx, input) => listAllUsers(ctx, input),
  get: (ctx, input) => getUserWithProjects(ctx, input),
  create: (ctx, input) => createUser(ctx, input),
  update: (ctx, input) => updateManagedUser(ctx, input),
  disable: (ctx, input) => disableUser(ctx, input),
  enable: (ctx, input) => enableUser(ctx, input),
  reset: (ctx, input) => resetUser(ctx, input),
  signOut: (ctx, input) => signOutUser(ctx, input),
  resetSecondFactor: (ctx, input) => resetSecondFactor(ctx, input),
  delete: (ctx, input) => deleteManagedUser(ctx, input),
});
