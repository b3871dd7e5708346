/** What rules and the request log call the endpoints of sheet 7, by path; Google names only its API's methods. */
const OF_PATH: Readonly<Record<string, string>> = {
  '/o/oauth2/v2/auth': 'oauth.consent', '/token': 'oauth.token', '/revoke': 'oauth.revoke', '/tokeninfo': 'oauth.tokeninfo',
  '/v1/userinfo': 'oauth.userinfo', '/oauth2/v3/userinfo': 'oauth.userinfo', '/oauth2/v1/certs': 'oauth.certs', '/oauth2/v3/certs': 'oauth.certs',
  '/.well-known/openid-configuration': 'oauth.discovery',
};

export const OAUTH_KINDS: readonly string[] = [...new Set(Object.values(OF_PATH))];

/** The kind of a call to an OAuth endpoint; undefined for any other path. */
export const oauthKind = (pathname: string): string | undefined => (Object.hasOwn(OF_PATH, pathname) ? OF_PATH[pathname] : undefined);
