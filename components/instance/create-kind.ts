import { parseAsStringLiteral } from 'nuqs/server';
import { instanceKinds } from '#server/contract/instance-state.ts';

/** `?kind=` of the create page. */
export const createKindParams = { kind: parseAsStringLiteral(instanceKinds).withDefault('vm') };
