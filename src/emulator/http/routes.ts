import { aclRoutes } from '../calendars/acl-routes.js';
import { calendarRoutes } from '../calendars/routes.js';
import { eventRoutes } from '../events/routes.js';
import { channelRoutes } from '../push/routes.js';
import { compile } from './route.js';

/** Every method of the Calendar API that is answered. */
export const ROUTES = compile([...eventRoutes, ...channelRoutes, ...calendarRoutes, ...aclRoutes]);
