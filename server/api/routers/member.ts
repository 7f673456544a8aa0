import { memberApi } from '#server/contract/member.ts';
import { roleApi } from '#server/contract/role.ts';
import { listProjectMembers, removeMember, setMember } from '#server/services/member/members.ts';
import {
  createCustomRole,
  deleteCustomRole,
  getCustomRole,
  listCustomRoles,
  updateCustomRole,
} from '#server/services/role/roles.ts';
import { implement } from '../implement.ts';

export const memberHandlers = implement(memberApi, {
  list: (ctx, input) => listProjectMembers(ctx, input),
  set: (ctx, input) => setMember(ctx, input),
  remove: (ctx, input) => removeMember(ctx, input),
});

export const roleHandlers = implement(roleApi, {
  list: (ctx, input) => listCustomRoles(ctx, input),
  get: (ctx, input) => getCustomRole(ctx, input),
  create: (ctx, input) => createCustomRole(ctx, input),
  update: (ctx, input) => updateCustomRole(ctx, input),
  delete: (ctx, input) => deleteCustomRole(ctx, input),
});
