import type { Route } from '../http/route.js';

/** The methods of the acl resource. */
export const aclRoutes: readonly Route[] = [];
