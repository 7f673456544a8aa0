import { notificationApi } from '#server/contract/notification.ts';
import { quotaApi } from '#server/contract/quota.ts';
import { quotaRequestApi } from '#server/contract/quota-request.ts';
import {
  countUnreadNotifications,
  listOwnNotifications,
  markNotificationsRead,
} from '#server/services/notification/notifications.ts';
import { changePoolQuota, getPoolQuotas } from '#server/services/quota/pool-quotas.ts';
import { getQuotaDefaults, setQuotaDefaults } from '#server/services/quota/quota-defaults.ts';
import { createQuotaRequest } from '#server/services/quota-request/create-request.ts';
import {
  cancelQuotaRequest,
  denyQuotaRequest,
  grantQuotaRequest,
} from '#server/services/quota-request/decide-request.ts';
import {
  listOwnQuotaRequests,
  listQuotaRequests,
  reviewQuotaRequest,
} from '#server/services/quota-request/read-requests.ts';
import { implement } from '../implement.ts';

export const quotaHandlers = implement(quotaApi, {
  defaults: (ctx) => getQuotaDefaults(ctx),
  setDefaults: (ctx, input) => setQuotaDefaults(ctx, input),
  pools: (ctx) => getPoolQuotas(ctx),
  setPool: (ctx, input) => changePoolQuota(ctx, input),
});

export const quotaRequestHandlers = implement(quotaRequestApi, {
  create: (ctx, input) => createQuotaRequest(ctx, input),
  list: (ctx, input) => listOwnQuotaRequests(ctx, input),
  cancel: (ctx, input) => cancelQuotaRequest(ctx, input),
  listAll: (ctx, input) => listQuotaRequests(ctx, input),
  review: (ctx, input) => reviewQuotaRequest(ctx, input),
  grant: (ctx, input) => grantQuotaRequest(ctx, input),
  deny: (ctx, input) => denyQuotaRequest(ctx, input),
});

export const notificationHandlers = implement(notificationApi, {
  list: (ctx, input) => listOwnNotifications(ctx, input),
  unread: (ctx) => countUnreadNotifications(ctx),
  markRead: (ctx, input) => markNotificationsRead(ctx, input),
});
