// Written by `npm run gen` from the description that the API serves.

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What to do. */
  readonly detail: string;
  /** Stable. */
  readonly code: string;
  readonly requestId: string;
  readonly errors?:
    | readonly {
        /** JSON pointer into the request. */
        readonly pointer: string;
        readonly detail: string;
      }[]
    | undefined;
};
/** How an event stands with people. */
export type EventWork = {
  /** 0 while nobody changed it. */
  readonly revision: number;
  readonly status: 'open' | 'acknowledged' | 'resolved';
  readonly verdict: 'true_positive' | 'false_positive' | 'benign' | null;
  readonly labels: readonly string[];
  readonly changedAt: string | null;
  readonly changedBy: string | null;
};
/** As the type Event of the query API. */
export type Event = { readonly [name: string]: unknown };

export interface Operations {
  /** Sign in with name and password */
  'POST /auth/login': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly user: string;
      readonly password: string;
      readonly organization?: string | undefined;
      /** Where the refresh token is put: `cookie` for browsers, `body` for programs. Left out: `cookie` when signing in, afterwards where it came from. */
      readonly refresh?: 'cookie' | 'body' | undefined;
    };
    readonly answer: {
      /** For `authorization: Bearer ...`. */
      readonly accessToken: string;
      readonly tokenType: 'Bearer';
      /** Seconds. */
      readonly expiresIn: number;
      readonly user: { readonly name: string; readonly organization: string; readonly roles: readonly string[] };
      /** With `refresh: body` only. To be used once. */
      readonly refreshToken?: string | undefined;
    };
  };
  /** A new access token for a refresh token */
  'POST /auth/refresh': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly refreshToken?: string | undefined;
      /** Where the refresh token is put: `cookie` for browsers, `body` for programs. Left out: `cookie` when signing in, afterwards where it came from. */
      readonly refresh?: 'cookie' | 'body' | undefined;
    } | null;
    readonly answer: {
      /** For `authorization: Bearer ...`. */
      readonly accessToken: string;
      readonly tokenType: 'Bearer';
      /** Seconds. */
      readonly expiresIn: number;
      readonly user: { readonly name: string; readonly organization: string; readonly roles: readonly string[] };
      /** With `refresh: body` only. To be used once. */
      readonly refreshToken?: string | undefined;
    };
  };
  /** End the session */
  'POST /auth/logout': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: { readonly refreshToken?: string | undefined } | null;
    readonly answer: undefined;
  };
  /** Who the token says one is */
  'GET /auth/me': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly name: string;
      readonly organization: string;
      readonly roles: readonly string[];
      /** All that the roles give now, and no more than the credential was made for. */
      readonly permissions: readonly string[];
      readonly expiresAt: string;
    };
  };
  /** Another password; all other sessions end */
  'POST /auth/change-password': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly currentPassword: string;
      /** At most 256 characters, and hard to guess: four or more unrelated words, or what a password manager makes. */
      readonly newPassword: string;
    };
    readonly answer: undefined;
  };
  /** The sessions of the account, last used first */
  'GET /auth/sessions': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly sessions: readonly {
        readonly id: string;
        readonly isThisOne: boolean;
        /** How its user proved who they are. */
        readonly methods: readonly string[];
        /** Of the last sign-in or refresh. */
        readonly address: string | null;
        /** Of the browser or program, in its own words. */
        readonly agent: string | null;
        readonly createdAt: string;
        readonly usedAt: string;
        readonly expiresAt: string;
      }[];
    };
  };
  /** End all sessions of the account but this one */
  'DELETE /auth/sessions': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: undefined };
  /** End a session of the account: its tokens stop working, and what it holds open closes */
  'DELETE /auth/sessions/{id}': { readonly path: { readonly id: string }; readonly query: undefined; readonly body: undefined; readonly answer: undefined };
  /** Keys that tokens are signed with (RFC 7517), and the one that will sign next */
  'GET /.well-known/jwks.json': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly keys: readonly { readonly [name: string]: unknown }[] };
  };
  /** The second factors of the account */
  'GET /auth/mfa': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      /** The organization wants one of the role. */
      readonly isRequired: boolean;
      readonly totpSince: string | null;
      readonly passkeys: number;
      /** Unused. */
      readonly recoveryCodes: number;
    };
  };
  /** A secret for an authenticator application, to be proved with /auth/verify-mfa */
  'POST /auth/setup-mfa': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** Of the answer MFA_REQUIRED: `mfa.token`. Left out by who is signed in. */
      readonly mfaToken?: string | undefined;
      readonly password?: string | undefined;
    } | null;
    readonly answer: {
      readonly secret: string;
      /** For a QR code: `otpauth://totp/...` */
      readonly uri: string;
    };
  };
  /** Prove the second factor: ends a sign-in with `mfaToken`, else confirms what /auth/setup-mfa showed */
  'POST /auth/verify-mfa': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** Six digits of the application, or a recovery code. Each works once. */
      readonly code: string;
      /** Of the answer MFA_REQUIRED: `mfa.token`. Left out by who is signed in. */
      readonly mfaToken?: string | undefined;
      /** Where the refresh token is put: `cookie` for browsers, `body` for programs. Left out: `cookie` when signing in, afterwards where it came from. */
      readonly refresh?: 'cookie' | 'body' | undefined;
    };
    readonly answer: {
      /** For `authorization: Bearer ...`. */
      readonly accessToken?: string | undefined;
      readonly tokenType?: 'Bearer' | undefined;
      /** Seconds. */
      readonly expiresIn?: number | undefined;
      readonly user?: { readonly name: string; readonly organization: string; readonly roles: readonly string[] } | undefined;
      /** With `refresh: body` only. To be used once. */
      readonly refreshToken?: string | undefined;
      /** Each works once, instead of a code of the application. Shown this once: keep them. */
      readonly recoveryCodes?: readonly string[] | undefined;
    };
  };
  /** Take the authenticator application away */
  'POST /auth/disable-mfa': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** Six digits of the application, or a recovery code. Each works once. */
      readonly code: string;
    };
    readonly answer: undefined;
  };
  /** New recovery codes; those of before hold no more */
  'POST /auth/recovery-codes': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** Needed when the sign-in was more than ten minutes ago. */
      readonly password?: string | undefined;
    } | null;
    readonly answer: {
      /** Each works once, instead of a code of the application. Shown this once: keep them. */
      readonly recoveryCodes: readonly string[];
    };
  };
  /** The passkeys of the account */
  'GET /auth/passkeys': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly passkeys: readonly {
        readonly id: string;
        readonly name: string;
        /** Its provider keeps it, so other devices of its owner have it too. */
        readonly isBackedUp: boolean;
        readonly createdAt: string;
        readonly usedAt: string | null;
      }[];
    };
  };
  /** Register the passkey that the browser made */
  'POST /auth/passkeys': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name?: string | undefined;
      /** `PublicKeyCredential.toJSON()` of what `navigator.credentials` gave. */
      readonly credential: {
        readonly id: string;
        readonly rawId: string;
        readonly type: 'public-key';
        readonly response: { readonly clientDataJSON: string };
        readonly clientExtensionResults?: { readonly [name: string]: unknown } | undefined;
        readonly authenticatorAttachment?: string | undefined;
      };
    };
    readonly answer: {
      /** With the first factor of the account: shown this once. */
      readonly recoveryCodes?: readonly string[] | undefined;
    };
  };
  /** What a browser needs to make a passkey */
  'POST /auth/passkeys/options': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** Needed when the sign-in was more than ten minutes ago. */
      readonly password?: string | undefined;
    } | null;
    readonly answer: { readonly challenge: string };
  };
  /** Remove a passkey */
  'DELETE /auth/passkeys/{id}': { readonly path: { readonly id: string }; readonly query: undefined; readonly body: undefined; readonly answer: undefined };
  /** What a browser needs to sign in with a passkey; with `mfaToken` as the second factor */
  'POST /auth/passkeys/sign-in/options': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly organization?: string | undefined;
      /** Of the answer MFA_REQUIRED: `mfa.token`. Left out by who is signed in. */
      readonly mfaToken?: string | undefined;
    };
    readonly answer: { readonly challenge: string };
  };
  /** Sign in with a passkey; with `mfaToken` as the second factor */
  'POST /auth/passkeys/sign-in': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly organization?: string | undefined;
      /** Of the answer MFA_REQUIRED: `mfa.token`. Left out by who is signed in. */
      readonly mfaToken?: string | undefined;
      /** `PublicKeyCredential.toJSON()` of what `navigator.credentials` gave. */
      readonly credential: {
        readonly id: string;
        readonly rawId: string;
        readonly type: 'public-key';
        readonly response: { readonly clientDataJSON: string };
        readonly clientExtensionResults?: { readonly [name: string]: unknown } | undefined;
        readonly authenticatorAttachment?: string | undefined;
      };
      /** Where the refresh token is put: `cookie` for browsers, `body` for programs. Left out: `cookie` when signing in, afterwards where it came from. */
      readonly refresh?: 'cookie' | 'body' | undefined;
    };
    readonly answer: {
      /** For `authorization: Bearer ...`. */
      readonly accessToken: string;
      readonly tokenType: 'Bearer';
      /** Seconds. */
      readonly expiresIn: number;
      readonly user: { readonly name: string; readonly organization: string; readonly roles: readonly string[] };
      /** With `refresh: body` only. To be used once. */
      readonly refreshToken?: string | undefined;
    };
  };
  /** Identity providers that the account signs in by */
  'GET /auth/identities': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly identities: readonly {
        readonly id: string;
        readonly provider: string;
        /** What the organization calls the provider. */
        readonly label: string;
        /** The claim `sub` of the user there. */
        readonly subject: string;
        /** The roles are given here, whatever the groups there say: it came by an invitation. */
        readonly keepsRoles: boolean;
        /** Nobody signs in by the provider now. */
        readonly isDisabled: boolean;
        readonly createdAt: string;
        readonly usedAt: string;
      }[];
    };
  };
  /** Sign in by an identity provider no more; sessions that came from it end, this one too */
  'DELETE /auth/identities/{id}': { readonly path: { readonly id: string }; readonly query: undefined; readonly body: undefined; readonly answer: undefined };
  /** Let somebody try again who has failed too often */
  'POST /auth/users/{id}/unlock': { readonly path: { readonly id: string }; readonly query: undefined; readonly body: undefined; readonly answer: undefined };
  /** Take away the second factors of somebody who has lost them; their sessions end */
  'POST /auth/users/{id}/reset-mfa': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Identity providers that one can sign in by */
  'GET /auth/oidc': {
    readonly path: undefined;
    readonly query: { readonly organization?: string | undefined };
    readonly body: undefined;
    readonly answer: { readonly providers: readonly { readonly name: string; readonly label: string; readonly start: string }[] };
  };
  /** Sign in by an identity provider: sends the browser there */
  'GET /auth/oidc/{provider}/start': {
    readonly path: {
      /** `<organization>.<name of the provider>`. */
      readonly provider: string;
    };
    readonly query: {
      /** Path of the page to go to afterwards. */
      readonly return_to?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Where the identity provider sends the browser back to */
  'GET /auth/oidc/{provider}/callback': {
    readonly path: {
      /** `<organization>.<name of the provider>`. */
      readonly provider: string;
    };
    readonly query: { readonly state?: string | undefined };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Accept an invitation by signing in at an identity provider: no password is kept here */
  'POST /auth/oidc/{provider}/accept': {
    readonly path: {
      /** `<organization>.<name of the provider>`. */
      readonly provider: string;
    };
    readonly query: undefined;
    readonly body: {
      /** What stands behind `#` in the link. */
      readonly token: string;
    };
    readonly answer: {
      /** Send the browser there. */
      readonly location: string;
    };
  };
  /** End the session, and say where to end that of the identity provider */
  'POST /auth/oidc/logout': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: { readonly refreshToken?: string | undefined } | null;
    readonly answer: {
      /** Send the browser there; null when there is nothing to end elsewhere, or the organization does not want it. Comes back to `/login` with the `state` in it. */
      readonly url: string | null;
    };
  };
  /** Identity providers of the organization */
  'GET /auth/identity-providers': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly providers: readonly {
        /** What the sign-in page calls it. */
        readonly label: string;
        readonly issuer: string;
        readonly clientId: string;
        readonly scopes: readonly string[];
        /** Claim that becomes the user's name, or a path such as `user.login`. */
        readonly nameClaim: string;
        /** Claim that holds the groups, or a path such as `realm_access.roles`. */
        readonly groupsClaim: string;
        /** Roles by group. They are given anew at each sign-in. */
        readonly groupRoles: readonly { readonly group: string; readonly roles: readonly string[] }[];
        /** Roles of everybody who signs in. Without any role nobody gets in. */
        readonly defaultRoles: readonly string[];
        /** Only verified mail addresses of these domains get in. Empty: whoever the provider knows. */
        readonly emailDomains: readonly string[];
        /** Make the user at the first sign-in. Otherwise only those get in who were linked. */
        readonly provisions: boolean;
        /** Take access tokens of this issuer for this audience on the API: `urn:goshawk:<installation>:<organization>`. Null: none. */
        readonly audience: string | null;
        /** Who signs out here is led to the provider, to sign out there too. Enter `https://<dashboard>/login` there as post-logout redirect URI. */
        readonly endsSession: boolean;
        /** Part of the address that the provider calls back; it cannot be changed. */
        readonly name: string;
        readonly hasSecret: boolean;
        readonly disabledAt: string | null;
        readonly createdAt: string;
        readonly createdBy: string;
        readonly changedAt: string;
        readonly changedBy: string;
        /** To be entered at the provider as redirect URI. */
        readonly callbackUrl: string;
        /** To be entered at the provider, if it has back-channel logout. */
        readonly backchannelLogoutUrl: string;
        /** To be entered at the provider as post-logout redirect URI, with `endsSession`. */
        readonly postLogoutUrl: string;
        /** Audience that access tokens for this organization may have. */
        readonly ownAudience: string;
      }[];
    };
  };
  /** An identity provider */
  'GET /auth/identity-providers/{name}': {
    readonly path: {
      /** Part of the address that the provider calls back; it cannot be changed. */
      readonly name: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      /** What the sign-in page calls it. */
      readonly label: string;
      readonly issuer: string;
      readonly clientId: string;
      readonly scopes: readonly string[];
      /** Claim that becomes the user's name, or a path such as `user.login`. */
      readonly nameClaim: string;
      /** Claim that holds the groups, or a path such as `realm_access.roles`. */
      readonly groupsClaim: string;
      /** Roles by group. They are given anew at each sign-in. */
      readonly groupRoles: readonly { readonly group: string; readonly roles: readonly string[] }[];
      /** Roles of everybody who signs in. Without any role nobody gets in. */
      readonly defaultRoles: readonly string[];
      /** Only verified mail addresses of these domains get in. Empty: whoever the provider knows. */
      readonly emailDomains: readonly string[];
      /** Make the user at the first sign-in. Otherwise only those get in who were linked. */
      readonly provisions: boolean;
      /** Take access tokens of this issuer for this audience on the API: `urn:goshawk:<installation>:<organization>`. Null: none. */
      readonly audience: string | null;
      /** Who signs out here is led to the provider, to sign out there too. Enter `https://<dashboard>/login` there as post-logout redirect URI. */
      readonly endsSession: boolean;
      /** Part of the address that the provider calls back; it cannot be changed. */
      readonly name: string;
      readonly hasSecret: boolean;
      readonly disabledAt: string | null;
      readonly createdAt: string;
      readonly createdBy: string;
      readonly changedAt: string;
      readonly changedBy: string;
      /** To be entered at the provider as redirect URI. */
      readonly callbackUrl: string;
      /** To be entered at the provider, if it has back-channel logout. */
      readonly backchannelLogoutUrl: string;
      /** To be entered at the provider as post-logout redirect URI, with `endsSession`. */
      readonly postLogoutUrl: string;
      /** Audience that access tokens for this organization may have. */
      readonly ownAudience: string;
    };
  };
  /** Add an identity provider, or replace what it is */
  'PUT /auth/identity-providers/{name}': {
    readonly path: {
      /** Part of the address that the provider calls back; it cannot be changed. */
      readonly name: string;
    };
    readonly query: undefined;
    readonly body: {
      /** What the sign-in page calls it. */
      readonly label: string;
      /** Issuer, exactly as the provider writes it. `<issuer>/.well-known/openid-configuration` must be there. */
      readonly issuer: string;
      readonly clientId: string;
      /** Kept encrypted and never shown. Left out: stays as it is; null: the client has none. */
      readonly clientSecret?: string | null | undefined;
      readonly scopes?: readonly string[] | undefined;
      /** Claim that becomes the user's name, or a path such as `user.login`. */
      readonly nameClaim?: string | undefined;
      /** Claim that holds the groups, or a path such as `realm_access.roles`. */
      readonly groupsClaim?: string | undefined;
      /** Roles by group. They are given anew at each sign-in. */
      readonly groupRoles?: readonly { readonly group: string; readonly roles: readonly string[] }[] | undefined;
      /** Roles of everybody who signs in. Without any role nobody gets in. */
      readonly defaultRoles?: readonly string[] | undefined;
      /** Only verified mail addresses of these domains get in. Empty: whoever the provider knows. */
      readonly emailDomains?: readonly string[] | undefined;
      /** Make the user at the first sign-in. Otherwise only those get in who were linked. */
      readonly provisions?: boolean | undefined;
      /** Take access tokens of this issuer for this audience on the API: `urn:goshawk:<installation>:<organization>`. Null: none. */
      readonly audience?: string | null | undefined;
      /** Who signs out here is led to the provider, to sign out there too. Enter `https://<dashboard>/login` there as post-logout redirect URI. */
      readonly endsSession?: boolean | undefined;
      readonly isDisabled?: boolean | undefined;
    };
    readonly answer: {
      /** What the sign-in page calls it. */
      readonly label: string;
      readonly issuer: string;
      readonly clientId: string;
      readonly scopes: readonly string[];
      /** Claim that becomes the user's name, or a path such as `user.login`. */
      readonly nameClaim: string;
      /** Claim that holds the groups, or a path such as `realm_access.roles`. */
      readonly groupsClaim: string;
      /** Roles by group. They are given anew at each sign-in. */
      readonly groupRoles: readonly { readonly group: string; readonly roles: readonly string[] }[];
      /** Roles of everybody who signs in. Without any role nobody gets in. */
      readonly defaultRoles: readonly string[];
      /** Only verified mail addresses of these domains get in. Empty: whoever the provider knows. */
      readonly emailDomains: readonly string[];
      /** Make the user at the first sign-in. Otherwise only those get in who were linked. */
      readonly provisions: boolean;
      /** Take access tokens of this issuer for this audience on the API: `urn:goshawk:<installation>:<organization>`. Null: none. */
      readonly audience: string | null;
      /** Who signs out here is led to the provider, to sign out there too. Enter `https://<dashboard>/login` there as post-logout redirect URI. */
      readonly endsSession: boolean;
      /** Part of the address that the provider calls back; it cannot be changed. */
      readonly name: string;
      readonly hasSecret: boolean;
      readonly disabledAt: string | null;
      readonly createdAt: string;
      readonly createdBy: string;
      readonly changedAt: string;
      readonly changedBy: string;
      /** To be entered at the provider as redirect URI. */
      readonly callbackUrl: string;
      /** To be entered at the provider, if it has back-channel logout. */
      readonly backchannelLogoutUrl: string;
      /** To be entered at the provider as post-logout redirect URI, with `endsSession`. */
      readonly postLogoutUrl: string;
      /** Audience that access tokens for this organization may have. */
      readonly ownAudience: string;
    };
  };
  /** Remove an identity provider; sessions that came from it end */
  'DELETE /auth/identity-providers/{name}': {
    readonly path: {
      /** Part of the address that the provider calls back; it cannot be changed. */
      readonly name: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Ask an identity provider what it is */
  'POST /auth/identity-providers/{name}/try': {
    readonly path: {
      /** Part of the address that the provider calls back; it cannot be changed. */
      readonly name: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly issuer: string;
      readonly endpoints: { readonly [name: string]: string };
      readonly hasLogout: boolean;
      readonly hasBackchannelLogout: boolean;
    };
  };
  /** Let an existing user sign in by an identity provider */
  'POST /auth/identity-providers/{name}/links': {
    readonly path: {
      /** Part of the address that the provider calls back; it cannot be changed. */
      readonly name: string;
    };
    readonly query: undefined;
    readonly body: {
      /** The claim `sub` of the user at the provider. */
      readonly subject: string;
      readonly user: string;
    };
    readonly answer: undefined;
  };
  /** Trust domains whose workloads may ask */
  'GET /auth/trust-domains': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly trustDomains: readonly {
        readonly name: string;
        readonly endpoint: string | null;
        readonly bundle: { readonly [name: string]: unknown };
        /** Names of the keys that JWT-SVIDs are checked with. */
        readonly keys: readonly (string | null)[];
        readonly workloads: readonly { readonly id: string; readonly roles: readonly string[] }[];
        /** Audience that the JWT-SVIDs must have. */
        readonly audience: string;
        readonly fetchedAt: string | null;
        readonly createdAt: string;
        readonly changedAt: string;
        readonly changedBy: string;
      }[];
    };
  };
  /** A trust domain */
  'GET /auth/trust-domains/{name}': {
    readonly path: { readonly name: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly name: string;
      readonly endpoint: string | null;
      readonly bundle: { readonly [name: string]: unknown };
      /** Names of the keys that JWT-SVIDs are checked with. */
      readonly keys: readonly (string | null)[];
      readonly workloads: readonly { readonly id: string; readonly roles: readonly string[] }[];
      /** Audience that the JWT-SVIDs must have. */
      readonly audience: string;
      readonly fetchedAt: string | null;
      readonly createdAt: string;
      readonly changedAt: string;
      readonly changedBy: string;
    };
  };
  /** Add a trust domain, or replace what it is */
  'PUT /auth/trust-domains/{name}': {
    readonly path: { readonly name: string };
    readonly query: undefined;
    readonly body: {
      /** Bundle endpoint (https_web). It is asked again and again; null: the bundle is given by hand. */
      readonly endpoint?: string | null | undefined;
      /** SPIFFE bundle (JWK Set), as `spire-server bundle show -format spiffe` prints it. Left out: fetched. */
      readonly bundle?: { readonly [name: string]: unknown } | undefined;
      readonly workloads: readonly {
        /** SPIFFE ID, or with `/*` at the end: all below. */
        readonly id: string;
        readonly roles: readonly string[];
      }[];
    };
    readonly answer: {
      readonly name: string;
      readonly endpoint: string | null;
      readonly bundle: { readonly [name: string]: unknown };
      /** Names of the keys that JWT-SVIDs are checked with. */
      readonly keys: readonly (string | null)[];
      readonly workloads: readonly { readonly id: string; readonly roles: readonly string[] }[];
      /** Audience that the JWT-SVIDs must have. */
      readonly audience: string;
      readonly fetchedAt: string | null;
      readonly createdAt: string;
      readonly changedAt: string;
      readonly changedBy: string;
    };
  };
  /** Remove a trust domain; its workloads are refused within half a minute */
  'DELETE /auth/trust-domains/{name}': {
    readonly path: { readonly name: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Users of the organization, newest first */
  'GET /auth/users': {
    readonly path: undefined;
    readonly query: {
      /** Part of the name or the address. */
      readonly search?: string | undefined;
      /** Who holds it. */
      readonly role?: string | undefined;
      /** Left out: both. */
      readonly disabled?: 'true' | 'false' | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly users: readonly { readonly [name: string]: unknown }[];
      /** Cursor of the next page; null at the end. */
      readonly next: string | null;
    };
  };
  /** Make a user with a password */
  'POST /auth/users': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** What the user signs in with, and is called in the audit. */
      readonly name: string;
      readonly email?: string | null | undefined;
      /** Built in: platform_admin, admin, analyst, responder, engineer, auditor, viewer; or the organization's own. */
      readonly roles: readonly string[];
      /** To be told to the user by another way. Better: invite, so that nobody else knows it. */
      readonly password: string;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** One user */
  'GET /auth/users/{id}': {
    readonly path: {
      /** From the list. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Change name, address, roles, or whether the user may sign in */
  'PATCH /auth/users/{id}': {
    readonly path: {
      /** From the list. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** What the user signs in with, and is called in the audit. */
      readonly name?: string | undefined;
      readonly email?: string | null | undefined;
      /** Built in: platform_admin, admin, analyst, responder, engineer, auditor, viewer; or the organization's own. */
      readonly roles?: readonly string[] | undefined;
      readonly disabled?: boolean | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** End all sessions of a user, with their tokens and open sockets */
  'DELETE /auth/users/{id}/sessions': {
    readonly path: {
      /** From the list. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      /** How many there were. */
      readonly ended: number;
    };
  };
  /** Take a link to an identity provider away from a user; sessions that came from it end */
  'DELETE /auth/users/{id}/identities/{identity}': {
    readonly path: {
      /** From the list. */
      readonly id: string;
      readonly identity: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Invitations, newest first */
  'GET /auth/invitations': {
    readonly path: undefined;
    readonly query: {
      /** Also those that can be accepted no more. */
      readonly closed?: 'true' | 'false' | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly invitations: readonly { readonly [name: string]: unknown }[];
      /** Cursor of the next page; null at the end. */
      readonly next: string | null;
    };
  };
  /** Invite somebody: a link that makes one user, once */
  'POST /auth/invitations': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** What the user signs in with, and is called in the audit. */
      readonly name: string;
      readonly email?: string | null | undefined;
      /** Built in: platform_admin, admin, analyst, responder, engineer, auditor, viewer; or the organization's own. */
      readonly roles: readonly string[];
      /** How long it can be accepted. */
      readonly hours?: number | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Withdraw an invitation */
  'DELETE /auth/invitations/{id}': {
    readonly path: {
      /** From the list. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** What the holder of a link is invited to */
  'POST /auth/invitations/look': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** What stands behind `#` in the link. */
      readonly token: string;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Accept an invitation: the user is there from now on */
  'POST /auth/invitations/accept': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** What stands behind `#` in the link. */
      readonly token: string;
      /** The one to sign in with from now on. */
      readonly password: string;
    };
    readonly answer: {
      readonly organization: string;
      /** To sign in with. */
      readonly user: string;
    };
  };
  /** A link by which somebody who forgot the password chooses another, once, within a day */
  'POST /auth/users/{id}/password-link': {
    readonly path: {
      /** From the list. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly user: string; readonly expiresAt: string; readonly link: string };
  };
  /** Whose password the holder of a link may choose */
  'POST /auth/password-link/look': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** What stands behind `#` in the link. */
      readonly token: string;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Choose the password: all sessions of the user end, and wrong guesses so far are forgotten */
  'POST /auth/password-link/accept': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** What stands behind `#` in the link. */
      readonly token: string;
      /** The one to sign in with from now on. */
      readonly password: string;
    };
    readonly answer: {
      readonly organization: string;
      /** To sign in with. */
      readonly user: string;
    };
  };
  /** All roles, and the permissions they are made of */
  'GET /auth/roles': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly builtIn: readonly { readonly name: string; readonly permissions: readonly string[] }[];
      readonly own: readonly { readonly [name: string]: unknown }[];
      readonly permissions: readonly {
        readonly name: string;
        readonly text: string;
        /** May be part of a role that an organization makes. */
        readonly ownable: boolean;
      }[];
    };
  };
  /** Make a role */
  'POST /auth/roles': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      /** For whoever reads the list. */
      readonly description?: string | undefined;
      readonly permissions: readonly (
        | 'events:read'
        | 'events:send'
        | 'alerts:read'
        | 'alerts:work'
        | 'searches:share'
        | 'hunts:run'
        | 'rules:read'
        | 'rules:write'
        | 'assets:read'
        | 'assets:write'
        | 'sensors:read'
        | 'sensors:manage'
        | 'subscriptions:read'
        | 'subscriptions:manage'
        | 'connectors:read'
        | 'connectors:manage'
        | 'pipeline:read'
        | 'dead-letters:handle'
        | 'users:read'
        | 'users:manage'
        | 'roles:manage'
        | 'service-accounts:manage'
        | 'organization:read'
        | 'organization:manage'
        | 'audit:read'
        | 'organizations:manage'
      )[];
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Change a role */
  'PATCH /auth/roles/{name}': {
    readonly path: { readonly name: string };
    readonly query: undefined;
    readonly body: {
      /** For whoever reads the list. */
      readonly description?: string | undefined;
      readonly permissions?:
        | readonly (
            | 'events:read'
            | 'events:send'
            | 'alerts:read'
            | 'alerts:work'
            | 'searches:share'
            | 'hunts:run'
            | 'rules:read'
            | 'rules:write'
            | 'assets:read'
            | 'assets:write'
            | 'sensors:read'
            | 'sensors:manage'
            | 'subscriptions:read'
            | 'subscriptions:manage'
            | 'connectors:read'
            | 'connectors:manage'
            | 'pipeline:read'
            | 'dead-letters:handle'
            | 'users:read'
            | 'users:manage'
            | 'roles:manage'
            | 'service-accounts:manage'
            | 'organization:read'
            | 'organization:manage'
            | 'audit:read'
            | 'organizations:manage'
          )[]
        | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Remove a role that nobody holds */
  'DELETE /auth/roles/{name}': {
    readonly path: { readonly name: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Service accounts with their keys, newest first */
  'GET /auth/service-accounts': {
    readonly path: undefined;
    readonly query: {
      /** Also those that were removed. */
      readonly removed?: 'true' | 'false' | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly serviceAccounts: readonly { readonly [name: string]: unknown }[];
      /** Cursor of the next page; null at the end. */
      readonly next: string | null;
    };
  };
  /** Make a service account; it has no key yet */
  'POST /auth/service-accounts': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      /** For whoever reads the list. */
      readonly description?: string | undefined;
      readonly roles: readonly string[];
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** One service account with its keys */
  'GET /auth/service-accounts/{id}': {
    readonly path: {
      /** From the list. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Change description, roles, or whether its keys are taken */
  'PATCH /auth/service-accounts/{id}': {
    readonly path: {
      /** From the list. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** For whoever reads the list. */
      readonly description?: string | undefined;
      readonly roles?: readonly string[] | undefined;
      readonly disabled?: boolean | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Remove a service account; its keys end at once */
  'DELETE /auth/service-accounts/{id}': {
    readonly path: {
      /** From the list. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Make an API key */
  'POST /auth/service-accounts/{id}/keys': {
    readonly path: {
      /** From the list. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** A part of what the account's roles give; null: all of it. */
      readonly permissions?:
        | readonly (
            | 'events:read'
            | 'events:send'
            | 'alerts:read'
            | 'alerts:work'
            | 'searches:share'
            | 'hunts:run'
            | 'rules:read'
            | 'rules:write'
            | 'assets:read'
            | 'assets:write'
            | 'sensors:read'
            | 'sensors:manage'
            | 'subscriptions:read'
            | 'subscriptions:manage'
            | 'connectors:read'
            | 'connectors:manage'
            | 'pipeline:read'
            | 'dead-letters:handle'
            | 'users:read'
            | 'users:manage'
            | 'roles:manage'
            | 'service-accounts:manage'
            | 'organization:read'
            | 'organization:manage'
            | 'audit:read'
            | 'organizations:manage'
          )[]
        | null
        | undefined;
      /** From where it is taken; null: from everywhere. */
      readonly networks?: readonly string[] | null | undefined;
      /** How long the key holds. */
      readonly days?: number | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Another key of the same rights; the one before holds for a while */
  'POST /auth/service-accounts/{id}/keys/{key}/rotate': {
    readonly path: { readonly id: string; readonly key: string };
    readonly query: undefined;
    readonly body: {
      /** How long the key holds. */
      readonly days?: number | undefined;
      /** How long the key before still holds. */
      readonly overlapSeconds?: number | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Revoke a key at once, also for what it holds open */
  'DELETE /auth/service-accounts/{id}/keys/{key}': {
    readonly path: { readonly id: string; readonly key: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Settings of the caller's organization */
  'GET /auth/organization': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Change settings of the caller's organization */
  'PATCH /auth/organization': {
    readonly path: undefined;
    readonly query: {
      /** `changedAt` of the settings that are meant: refused with `CONFLICT` when others are there. Left out: whatever is there. */
      readonly replaces?: string | undefined;
    };
    readonly body: {
      readonly name?: string | undefined;
      /** Who holds one of these needs a second factor. */
      readonly mfaRoles?: readonly string[] | undefined;
      /** Life of a session without use; null: as the installation has it. */
      readonly sessionHours?: number | null | undefined;
      /** Hosts and networks inside that outgoing requests may reach; all others must be public. */
      readonly outboundHosts?: readonly string[] | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** All organizations of the installation */
  'GET /auth/organizations': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly organizations: readonly { readonly [name: string]: unknown }[] };
  };
  /** Make an organization, and invite who administers it */
  'POST /auth/organizations': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** Stays for ever. */
      readonly id: string;
      readonly name: string;
      /** Who is invited to administer it. */
      readonly admin?:
        | {
            /** What the user signs in with, and is called in the audit. */
            readonly name: string;
            readonly email?: string | null | undefined;
          }
        | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Rename or suspend an organization */
  'PATCH /auth/organizations/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: { readonly name?: string | undefined; readonly suspended?: boolean | undefined };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Resolve an event, give a verdict, label or comment it */
  'PATCH /v2/events/{id}': {
    readonly path: {
      /** Of a stored event, as lists give it. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly status?: 'open' | 'acknowledged' | 'resolved' | undefined;
      /** `null` takes it back. */
      readonly verdict?: 'true_positive' | 'false_positive' | 'benign' | null | undefined;
      /** All of them, as they are to be. */
      readonly labels?: readonly string[] | undefined;
      readonly comment?: string | undefined;
      /** Of the work that this was decided upon: another one since is a 409. Left out: whatever is there. */
      readonly revision?: number | undefined;
    };
    readonly answer: { readonly id: string; readonly work: EventWork };
  };
  /** What became of an event: by its receipt or its id */
  'GET /v2/events/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly id: string;
      readonly status: 'pending' | 'stored' | 'rejected';
      readonly event?: Event | undefined;
      readonly work?: EventWork | undefined;
      /** All of them, when one record held several. */
      readonly events?: readonly Event[] | undefined;
      readonly error?: { readonly code: string; readonly detail: string; readonly stage: string; readonly deadLetter: string } | undefined;
    };
  };
  /** What people said of an event, oldest first */
  'GET /v2/events/{id}/history': {
    readonly path: {
      /** Of a stored event, as lists give it. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly history: readonly {
        readonly revision: number;
        readonly at: string;
        readonly by: string;
        readonly status: 'open' | 'acknowledged' | 'resolved';
        readonly verdict: 'true_positive' | 'false_positive' | 'benign' | null;
        readonly labels: readonly string[];
        readonly comment: string | null;
      }[];
    };
  };
  /** Stored events, newest first */
  'GET /v2/events': {
    readonly path: undefined;
    readonly query: {
      /** Inclusive. */
      readonly from?: string | undefined;
      /** Exclusive. */
      readonly to?: string | undefined;
      readonly dataset?: string | readonly string[] | undefined;
      readonly sensor?: string | readonly string[] | undefined;
      readonly host?: string | readonly string[] | undefined;
      readonly user?: string | readonly string[] | undefined;
      /** Source or destination: an address, or a network in CIDR form. */
      readonly address?: string | undefined;
      /** The search language of the dashboard. */
      readonly search?: string | undefined;
      readonly minSeverity?: number | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly events: readonly Event[] };
  };
  /** Send one event */
  'POST /v2/events': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly event: unknown;
      /** What native documents are: the name of a decoder, or `auto` to have it found out. Left out: ECS documents. */
      readonly format?: string | undefined;
      /** Part of the topic: one for each kind of sender. */
      readonly source?: string | undefined;
    };
    readonly answer: { readonly receipt: string; readonly status: 'pending' };
  };
  /** The same with the question in the body: for searches that are too long for an address, and for those that logs of proxies should not hold */
  'POST /v2/events/query': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** Inclusive. */
      readonly from?: string | undefined;
      /** Exclusive. */
      readonly to?: string | undefined;
      readonly dataset?: string | readonly string[] | undefined;
      readonly sensor?: string | readonly string[] | undefined;
      readonly host?: string | readonly string[] | undefined;
      readonly user?: string | readonly string[] | undefined;
      /** Source or destination: an address, or a network in CIDR form. */
      readonly address?: string | undefined;
      /** The search language of the dashboard. */
      readonly search?: string | undefined;
      readonly minSeverity?: number | undefined;
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly answer: {
      readonly events: readonly Event[];
      /** For the next page; null at the end. */
      readonly cursor: string | null;
    };
  };
  /** Counts of events over time */
  'GET /v2/events/stats': {
    readonly path: undefined;
    readonly query: {
      /** Inclusive. */
      readonly from?: string | undefined;
      /** Exclusive. */
      readonly to?: string | undefined;
      readonly dataset?: string | readonly string[] | undefined;
      readonly sensor?: string | readonly string[] | undefined;
      readonly host?: string | readonly string[] | undefined;
      readonly user?: string | readonly string[] | undefined;
      /** Source or destination: an address, or a network in CIDR form. */
      readonly address?: string | undefined;
      /** The search language of the dashboard. */
      readonly search?: string | undefined;
      readonly minSeverity?: number | undefined;
      readonly spanSeconds?: number | undefined;
      readonly by?: 'dataset' | 'sensor' | 'severity' | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly from: string;
      readonly to: string;
      readonly spanSeconds: number;
      readonly by: string;
      /** What was counted: sums of that length, or events. */
      readonly source: 'days' | 'hours' | 'minutes' | 'index' | 'events';
      readonly total: number;
      readonly counts: readonly { readonly start: string; readonly series: string; readonly count: number }[];
    };
  };
  /** Alerts, most recently changed first */
  'GET /v2/alerts': {
    readonly path: undefined;
    readonly query: {
      /** ISO 8601 with a zone; years 1900 to 2200. */
      readonly from?: string | undefined;
      /** ISO 8601 with a zone; years 1900 to 2200. */
      readonly to?: string | undefined;
      readonly minSeverity?: 'informational' | 'low' | 'medium' | 'high' | 'critical' | undefined;
      readonly status?: 'open' | 'acknowledged' | 'closed' | readonly ('open' | 'acknowledged' | 'closed')[] | undefined;
      readonly search?: string | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly alerts: readonly { readonly [name: string]: unknown }[] };
  };
  /** One alert, with its notes */
  'GET /v2/alerts/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Change status, verdict, assignee or labels, or add a note */
  'PATCH /v2/alerts/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: {
      readonly status?: 'open' | 'acknowledged' | 'closed' | undefined;
      readonly verdict?: 'true_positive' | 'false_positive' | 'benign' | undefined;
      /** Why that verdict. The empty string takes it away. */
      readonly verdictReason?: string | undefined;
      /** A user. The empty string unassigns. */
      readonly assignee?: string | undefined;
      readonly addLabels?: readonly string[] | undefined;
      readonly removeLabels?: readonly string[] | undefined;
      /** Kept with the name of who wrote it. */
      readonly note?: string | undefined;
      /** Of the work that was looked at; refused with its present state when there is another. Left out: whatever there is. */
      readonly workRevision?: number | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Who did what on an alert, the newest first: at most 100 */
  'GET /v2/alerts/{id}/history': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly history: readonly { readonly [name: string]: unknown }[] };
  };
  /** Undo a change */
  'POST /v2/alerts/changes/{changeId}/undo': {
    readonly path: { readonly changeId: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly alerts: readonly { readonly [name: string]: unknown }[] };
  };
  /** One's own saved searches and those that others share, by name */
  'GET /v2/saved-searches': {
    readonly path: undefined;
    readonly query: { readonly kind?: 'events' | 'alerts' | undefined };
    readonly body: undefined;
    readonly answer: { readonly searches: readonly { readonly [name: string]: unknown }[] };
  };
  /** Save a search */
  'POST /v2/saved-searches': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly kind: 'events' | 'alerts';
      readonly name: string;
      readonly query?: string | undefined;
      /** Of events: fields that the list shows. */
      readonly columns?: readonly string[] | undefined;
      readonly from?: string | null | undefined;
      readonly to?: string | null | undefined;
      /** Of alerts: what the view shows besides the search. */
      readonly filter?:
        | {
            readonly statuses?: readonly ('open' | 'acknowledged' | 'closed')[] | undefined;
            readonly minSeverity?: 'informational' | 'low' | 'medium' | 'high' | 'critical' | undefined;
            readonly sort?: 'changed' | 'severity' | undefined;
          }
        | undefined;
      readonly isShared?: boolean | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Change a saved search */
  'PATCH /v2/saved-searches/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: {
      readonly name?: string | undefined;
      readonly query?: string | undefined;
      readonly columns?: readonly string[] | undefined;
      readonly from?: string | null | undefined;
      readonly to?: string | null | undefined;
      readonly filter?:
        | {
            readonly statuses?: readonly ('open' | 'acknowledged' | 'closed')[] | undefined;
            readonly minSeverity?: 'informational' | 'low' | 'medium' | 'high' | 'critical' | undefined;
            readonly sort?: 'changed' | 'severity' | undefined;
          }
        | undefined;
      readonly isShared?: boolean | undefined;
      /** That the change was made from; refused when there is another. Left out: whatever there is. */
      readonly revision?: number | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Delete a saved search */
  'DELETE /v2/saved-searches/{id}': { readonly path: { readonly id: string }; readonly query: undefined; readonly body: undefined; readonly answer: undefined };
  /** What is published to the sink topics of the organization, by name */
  'GET /v2/subscriptions': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly subscriptions: readonly { readonly [name: string]: unknown }[] };
  };
  /** Publish what meets these conditions */
  'POST /v2/subscriptions': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly kinds: readonly ('event' | 'finding' | 'alert')[];
      /** What is less severe is left out. An event without a severity is informational; numbers of events are low from 20, medium from 40, high from 60, critical from 80. */
      readonly minSeverity?: 'informational' | 'low' | 'medium' | 'high' | 'critical' | undefined;
      /** Of events their dataset, of findings and alerts that of one of their events. Empty: all. */
      readonly datasets?: readonly string[] | undefined;
      /** A search, in the search language; each of the kinds must have its fields. Empty: all. */
      readonly query?: string | undefined;
      /** By which connectors ask for it; it never changes. */
      readonly name: string;
      readonly description?: string | undefined;
      readonly format: 'ecs' | 'ocsf';
      readonly enabled?: boolean | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** One subscription */
  'GET /v2/subscriptions/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Change a subscription */
  'PATCH /v2/subscriptions/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: {
      readonly description?: string | undefined;
      readonly format?: 'ecs' | 'ocsf' | undefined;
      readonly kinds?: readonly ('event' | 'finding' | 'alert')[] | undefined;
      readonly minSeverity?: 'informational' | 'low' | 'medium' | 'high' | 'critical' | undefined;
      readonly datasets?: readonly string[] | undefined;
      readonly query?: string | undefined;
      readonly enabled?: boolean | undefined;
      /** That the change was made from; refused when there is another. Left out: whatever there is. */
      readonly revision?: number | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Publish it no more */
  'DELETE /v2/subscriptions/{id}': { readonly path: { readonly id: string }; readonly query: undefined; readonly body: undefined; readonly answer: undefined };
  /** What a subscription would have taken of the last day */
  'POST /v2/subscriptions/preview': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly kinds: readonly ('event' | 'finding' | 'alert')[];
      /** What is less severe is left out. An event without a severity is informational; numbers of events are low from 20, medium from 40, high from 60, critical from 80. */
      readonly minSeverity?: 'informational' | 'low' | 'medium' | 'high' | 'critical' | undefined;
      /** Of events their dataset, of findings and alerts that of one of their events. Empty: all. */
      readonly datasets?: readonly string[] | undefined;
      /** A search, in the search language; each of the kinds must have its fields. Empty: all. */
      readonly query?: string | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Note that a connector is about to be changed */
  'POST /v2/connectors/changes': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** Its name. */
      readonly connector: string;
      readonly change: 'create' | 'configure' | 'delete' | 'pause' | 'resume' | 'stop' | 'restart' | 'set-offsets';
      /** What is asked for; a configuration as it is written, secrets as references. */
      readonly detail?: { readonly [name: string]: unknown } | undefined;
    };
    readonly answer: undefined;
  };
  /** Hunts through stored events, newest first */
  'GET /v2/hunts': {
    readonly path: undefined;
    readonly query: {
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly hunts: readonly { readonly [name: string]: unknown }[] };
  };
  /** Begin a hunt */
  'POST /v2/hunts': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** Addresses, networks, domains, hashes and URLs, one a line; `evil[.]example` and `hxxp://` are understood. Lines that begin with # say nothing. */
      readonly indicators?: string | undefined;
      /** A search; either this or indicators. */
      readonly query?: string | undefined;
      /** Empty: all. */
      readonly datasets?: readonly string[] | undefined;
      /** ISO 8601 with a zone: the first event time that counts. */
      readonly from: string;
      /** ISO 8601 with a zone: events from here on do not count. Now, unless given. */
      readonly to?: string | undefined;
      /** What findings of a search are called. */
      readonly name: string;
      /** Of what it finds. */
      readonly severity?: 'informational' | 'low' | 'medium' | 'high' | 'critical' | undefined;
      /** Whether what it finds becomes alerts. Else it is shown as findings only. */
      readonly makesAlerts?: boolean | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** What a hunt would cost, and whether it may be */
  'POST /v2/hunts/estimate': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** Addresses, networks, domains, hashes and URLs, one a line; `evil[.]example` and `hxxp://` are understood. Lines that begin with # say nothing. */
      readonly indicators?: string | undefined;
      /** A search; either this or indicators. */
      readonly query?: string | undefined;
      /** Empty: all. */
      readonly datasets?: readonly string[] | undefined;
      /** ISO 8601 with a zone: the first event time that counts. */
      readonly from: string;
      /** ISO 8601 with a zone: events from here on do not count. Now, unless given. */
      readonly to?: string | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** One hunt, with its indicators */
  'GET /v2/hunts/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** What a hunt found, the newest events first */
  'GET /v2/hunts/{id}/findings': {
    readonly path: { readonly id: string };
    readonly query: {
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly findings: readonly { readonly [name: string]: unknown }[] };
  };
  /** Let a hunt rest */
  'POST /v2/hunts/{id}/pause': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Let a hunt go on where it rests */
  'POST /v2/hunts/{id}/resume': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** End a hunt; what it found stays */
  'POST /v2/hunts/{id}/cancel': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** The assets that hold at a time, by name */
  'GET /v2/assets': {
    readonly path: undefined;
    readonly query: {
      /** ISO 8601 with a zone; years 1900 to 2200. */
      readonly at?: string | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly assets: readonly { readonly [name: string]: unknown }[] };
  };
  /** Add an asset */
  'POST /v2/assets': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      /** server, workstation, cloud-account ... */
      readonly kind: string;
      /** Names by which events call it, case aside. */
      readonly hostnames?: readonly string[] | undefined;
      readonly addresses?: readonly string[] | undefined;
      readonly owner?: string | null | undefined;
      /** 0 (unknown) to 4 (vital). */
      readonly criticality?: number | undefined;
      /** From when on this holds. Left out: from now on. An earlier time also explains events of the past. */
      readonly validFrom?: string | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** One asset with all its versions */
  'GET /v2/assets/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** A new version of an asset */
  'PUT /v2/assets/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      /** server, workstation, cloud-account ... */
      readonly kind: string;
      /** Names by which events call it, case aside. */
      readonly hostnames?: readonly string[] | undefined;
      readonly addresses?: readonly string[] | undefined;
      readonly owner?: string | null | undefined;
      /** 0 (unknown) to 4 (vital). */
      readonly criticality?: number | undefined;
      /** From when on this holds. Left out: from now on. An earlier time also explains events of the past. */
      readonly validFrom?: string | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** End an asset */
  'DELETE /v2/assets/{id}': {
    readonly path: { readonly id: string };
    readonly query: {
      /** When it ends. Left out: now. */
      readonly validTo?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** The zones that hold at a time, by name */
  'GET /v2/zones': {
    readonly path: undefined;
    readonly query: {
      /** ISO 8601 with a zone; years 1900 to 2200. */
      readonly at?: string | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly zones: readonly { readonly [name: string]: unknown }[] };
  };
  /** Add a zone */
  'POST /v2/zones': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      /** Network in CIDR form, for example 10.0.0.0/8. */
      readonly cidr: string;
      readonly kind: 'internal' | 'external' | 'dmz';
      /** From when on this holds. Left out: from now on. An earlier time also explains events of the past. */
      readonly validFrom?: string | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** One zone with all its versions */
  'GET /v2/zones/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** A new version of a zone */
  'PUT /v2/zones/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      /** Network in CIDR form, for example 10.0.0.0/8. */
      readonly cidr: string;
      readonly kind: 'internal' | 'external' | 'dmz';
      /** From when on this holds. Left out: from now on. An earlier time also explains events of the past. */
      readonly validFrom?: string | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** End a zone */
  'DELETE /v2/zones/{id}': {
    readonly path: { readonly id: string };
    readonly query: {
      /** When it ends. Left out: now. */
      readonly validTo?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Enrolled sensors, newest first */
  'GET /v2/sensors': {
    readonly path: undefined;
    readonly query: {
      /** Part of the name. */
      readonly search?: string | undefined;
      /** Those that were revoked, too. */
      readonly revoked?: 'true' | 'false' | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly sensors: readonly { readonly [name: string]: unknown }[];
      /** Cursor of the next page; null at the end. */
      readonly next: string | null;
    };
  };
  /** Enrol a sensor: its topic, its credential, and configurations for shippers */
  'POST /v2/sensors': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** What its events carry as sensor. */
      readonly name: string;
      /** How it proves who it is. */
      readonly access?: 'token' | 'mtls' | 'spiffe' | 'sasl' | undefined;
      /** Name of a decoder, or `auto`: found out record by record. */
      readonly format?: string | undefined;
      /** Last part of the topic. Left out: `sensors`, or the name of one that writes its topic itself. */
      readonly source?: string | undefined;
      /** An alert after so long without a record; 0 or null: none. Left out: an hour for formats that always have something to tell, else a day. */
      readonly silenceSeconds?: number | null | undefined;
      /** For `spiffe`. */
      readonly spiffeId?: string | undefined;
      /** For `mtls`: a certificate request (PKCS #10, PEM). Left out: a key is made, and shown once. */
      readonly csr?: string | null | undefined;
      /** For `mtls`: how long the certificate holds. */
      readonly certificateDays?: number | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** One sensor, with configurations for shippers; the secret in them is a placeholder */
  'GET /v2/sensors/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** A new credential; the one before holds for a while */
  'POST /v2/sensors/{id}/rotate': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: {
      /** How long what it has now still holds. */
      readonly overlapSeconds?: number | undefined;
      /** For `mtls`: a certificate request (PKCS #10, PEM). Left out: a key is made, and shown once. */
      readonly csr?: string | null | undefined;
      /** For `mtls`: how long the certificate holds. */
      readonly certificateDays?: number | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** End a sensor: its credentials are refused within seconds, also on open connections */
  'POST /v2/sensors/{id}/revoke': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Rules, correlations and filters that the organization runs, by title */
  'GET /v2/threat-detection/rules': {
    readonly path: undefined;
    readonly query: {
      /** Part of title or id. */
      readonly search?: string | undefined;
      /** Retired ones are left out unless asked for. */
      readonly state?: 'draft' | 'test' | 'production' | 'retired' | undefined;
      readonly minLevel?: 'informational' | 'low' | 'medium' | 'high' | 'critical' | undefined;
      readonly kind?: 'rule' | 'correlation' | 'filter' | undefined;
      readonly origin?: 'file' | 'api' | undefined;
      /** Of ATT&CK, for example T1003 with all below it. */
      readonly technique?: string | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly rules: readonly { readonly [name: string]: unknown }[] };
  };
  /** Add a rule */
  'POST /v2/threat-detection/rules': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** One Sigma document in YAML: a rule, a correlation or a filter. Without an id it is given one. */
      readonly text: string;
      /** draft: findings are stored as shadows; test: they are shown, too; production: they make alerts. */
      readonly state?: 'draft' | 'test' | 'production' | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Documents in files that do not run: file, document, line, reason */
  'GET /v2/threat-detection/rules/refused': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly refused: readonly { readonly [name: string]: unknown }[] };
  };
  /** One rule with its text */
  'GET /v2/threat-detection/rules/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Another text of a rule, another state, or both */
  'PUT /v2/threat-detection/rules/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: {
      /** One Sigma document in YAML: a rule, a correlation or a filter. Without an id it is given one. */
      readonly text?: string | undefined;
      /** draft: findings are stored as shadows; test: they are shown, too; production: they make alerts. */
      readonly state?: 'draft' | 'test' | 'production' | undefined;
      /** The version that the change was made from; refused when there is another. Left out: whatever there is. */
      readonly version?: number | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Retire a rule: it runs no more; versions and findings stay */
  'DELETE /v2/threat-detection/rules/{id}': {
    readonly path: { readonly id: string };
    readonly query: {
      /** Refused when there is another version. */
      readonly version?: number | undefined;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** All versions of a rule, newest first: who wrote them, and when */
  'GET /v2/threat-detection/rules/{id}/versions': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly versions: readonly { readonly [name: string]: unknown }[] };
  };
  /** Exceptions, newest first */
  'GET /v2/threat-detection/exceptions': {
    readonly path: undefined;
    readonly query: {
      /** Those of this rule, and those of every rule. */
      readonly ruleId?: string | undefined;
      /** Those that ended or expired, too. */
      readonly ended?: 'true' | 'false' | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly exceptions: readonly { readonly [name: string]: unknown }[] };
  };
  /** Add an exception */
  'POST /v2/threat-detection/exceptions': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** A search identifier of Sigma: a map of fields, for example {"Image|endswith": "\\backup.exe"}, or a list of maps of which one must hold. Fields are those of the sensor's document, else those of ECS: host.name, process.executable. */
      readonly conditions: unknown;
      /** Rules and correlations that it is for. Empty: all. */
      readonly ruleIds: readonly string[];
      /** Who answers for it. */
      readonly owner: string;
      readonly reason: string;
      /** ISO 8601 with a zone. Until then what meets it makes no alerts. */
      readonly expiresAt: string;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** One exception */
  'GET /v2/threat-detection/exceptions/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** End an exception before it expires */
  'DELETE /v2/threat-detection/exceptions/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** What an exception would have suppressed of the last days, before it is saved */
  'POST /v2/threat-detection/exceptions/effect': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** A search identifier of Sigma: a map of fields, for example {"Image|endswith": "\\backup.exe"}, or a list of maps of which one must hold. Fields are those of the sensor's document, else those of ECS: host.name, process.executable. */
      readonly conditions: unknown;
      /** Rules and correlations that it is for. Empty: all. */
      readonly ruleIds: readonly string[];
      readonly days?: number | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** A draft of an exception, out of an alert and the fields that were picked */
  'POST /v2/alerts/{id}/exception': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: {
      /** Names of fields. Left out: those that the rules met. */
      readonly fields?: readonly string[] | null | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** What rules would find in these events; nothing is written */
  'POST /v2/threat-detection/analyze': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** ECS documents; native documents (objects, or lines of text) when `format` is given, or `auto`. */
      readonly events: readonly ({ readonly [name: string]: unknown } | string)[];
      /** Of native documents: the name of a decoder, or `auto`. Left out: ECS documents. */
      readonly format?: string | undefined;
      /** As which source they come. */
      readonly source?: string | undefined;
      /** Sigma documents that are tried in place of those that run. */
      readonly rules?: readonly string[] | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Records that were set aside, newest first; nothing of what they hold */
  'GET /v2/dead-letters': {
    readonly path: undefined;
    readonly query: {
      readonly code?: string | undefined;
      readonly stage?: string | undefined;
      readonly version?: string | undefined;
      /** Where the refused record lay. */
      readonly topic?: string | undefined;
      /** Set aside at or after. */
      readonly from?: string | undefined;
      /** Set aside before. */
      readonly to?: string | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly deadLetters: readonly { readonly [name: string]: unknown }[] };
  };
  /** Counts by stage, code, version and topic, most first */
  'GET /v2/dead-letters/reasons': {
    readonly path: undefined;
    readonly query: {
      readonly code?: string | undefined;
      readonly stage?: string | undefined;
      readonly version?: string | undefined;
      /** Where the refused record lay. */
      readonly topic?: string | undefined;
      /** Set aside at or after. */
      readonly from?: string | undefined;
      /** Set aside before. */
      readonly to?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly reasons: readonly { readonly [name: string]: unknown }[] };
  };
  /** The bytes of the refused record; each look is audited */
  'GET /v2/dead-letters/{id}/value': { readonly path: { readonly id: string }; readonly query: undefined; readonly body: undefined; readonly answer: string };
  /** What the stages, as they are now, would make of them; nothing is written but the audit */
  'POST /v2/dead-letters/preview': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly filter: {
        readonly ids?: readonly string[] | undefined;
        readonly code?: string | undefined;
        readonly stage?: string | undefined;
        readonly version?: string | undefined;
        /** Where the refused record lay. */
        readonly topic?: string | undefined;
        /** Set aside at or after. */
        readonly from?: string | undefined;
        /** Set aside before. */
        readonly to?: string | undefined;
      };
      readonly limit?: number | undefined;
    };
    readonly answer: {
      readonly summary: readonly { readonly [name: string]: unknown }[];
      readonly verdicts: readonly { readonly [name: string]: unknown }[];
      readonly hasMore: boolean;
    };
  };
  /** Send them again, each once: a second time changes nothing. A dry run unless `execute` is true */
  'POST /v2/dead-letters/redrive': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      readonly filter: {
        readonly ids?: readonly string[] | undefined;
        readonly code?: string | undefined;
        readonly stage?: string | undefined;
        readonly version?: string | undefined;
        /** Where the refused record lay. */
        readonly topic?: string | undefined;
        /** Set aside at or after. */
        readonly from?: string | undefined;
        /** Set aside before. */
        readonly to?: string | undefined;
      };
      readonly execute?: boolean | undefined;
    };
    readonly answer: { readonly [name: string]: unknown };
  };
  /** How far a redrive is */
  'GET /v2/redrives/{id}': {
    readonly path: { readonly id: string };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Which fields events have, by dataset, kind and name: from a sample of the events that are stored */
  'GET /v2/fields': {
    readonly path: undefined;
    readonly query: {
      readonly dataset?: string | undefined;
      /** `native`: by the sensor's own name; `ecs`. */
      readonly kind?: 'native' | 'ecs' | undefined;
      readonly state?: 'known' | 'new' | 'vanished' | undefined;
      /** Part of the name, whatever its case. */
      readonly search?: string | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"` of the page before. */
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: { readonly fields: readonly { readonly [name: string]: unknown }[] };
  };
  /** Datasets that the catalogue knows, by name */
  'GET /v2/fields/datasets': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly datasets: readonly { readonly [name: string]: unknown }[] };
  };
  /** Who did what, newest first */
  'GET /v2/audit': {
    readonly path: undefined;
    readonly query: {
      /** Who: the name of a user, a sensor or a service account. */
      readonly actor?: string | undefined;
      /** `alert.change`, or `alert.` for every action on alerts. */
      readonly action?: string | undefined;
      /** Id or name of what it was done to. */
      readonly object?: string | undefined;
      /** From this time on, ISO 8601 with a zone. */
      readonly from?: string | undefined;
      /** Before this time. */
      readonly to?: string | undefined;
      /** Rows of a page, at most 200. */
      readonly limit?: number | undefined;
      /** From `Link: rel="next"`. */
      readonly cursor?: number | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly entries: readonly {
        /** Number in the chain of the organization, from 1. */
        readonly seq: number;
        readonly at: string;
        readonly actor: string;
        readonly action: string;
        readonly object: string;
        readonly detail: { readonly [name: string]: unknown };
        /** SHA-256 over this entry and the hash before it, hexadecimal. */
        readonly hash: string;
      }[];
    };
  };
  /** The whole audit of the organization, a JSON document a line, for `./goshawk audit verify --file`; audited itself */
  'GET /v2/audit/export': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: string };
  /** Events as a file, newest first; each export is audited */
  'GET /v2/exports/events': {
    readonly path: undefined;
    readonly query: {
      /** `ndjson`; `csv` (RFC 4180, with what a spreadsheet would take for a formula made harmless); `parquet`. */
      readonly format?: 'ndjson' | 'csv' | 'parquet' | undefined;
      /** Names, with commas between; of events any ECS field, `id`, `sensor` and `native`. Left out: the usual ones. */
      readonly columns?: string | undefined;
      /** Rows at most; never more than 1,000,000. */
      readonly limit?: number | undefined;
      /** Inclusive. */
      readonly from?: string | undefined;
      /** Exclusive. */
      readonly to?: string | undefined;
      /** The search language of the dashboard. */
      readonly search?: string | undefined;
      /** Begins behind the event of this id: goes on where an export ended. */
      readonly after?: string | undefined;
      readonly dataset?: string | readonly string[] | undefined;
      readonly minSeverity?: number | undefined;
    };
    readonly body: undefined;
    readonly answer: string;
  };
  /** Findings as a file, newest first; each export is audited */
  'GET /v2/exports/findings': {
    readonly path: undefined;
    readonly query: {
      /** `ndjson`; `csv` (RFC 4180, with what a spreadsheet would take for a formula made harmless); `parquet`. */
      readonly format?: 'ndjson' | 'csv' | 'parquet' | undefined;
      /** Names, with commas between; of events any ECS field, `id`, `sensor` and `native`. Left out: the usual ones. */
      readonly columns?: string | undefined;
      /** Rows at most; never more than 1,000,000. */
      readonly limit?: number | undefined;
      /** Inclusive. */
      readonly from?: string | undefined;
      /** Exclusive. */
      readonly to?: string | undefined;
      /** The search language of the dashboard. */
      readonly search?: string | undefined;
      readonly minSeverity?: 'informational' | 'low' | 'medium' | 'high' | 'critical' | undefined;
    };
    readonly body: undefined;
    readonly answer: string;
  };
  /** Alerts as a file, newest first; each export is audited */
  'GET /v2/exports/alerts': {
    readonly path: undefined;
    readonly query: {
      /** `ndjson`; `csv` (RFC 4180, with what a spreadsheet would take for a formula made harmless); `parquet`. */
      readonly format?: 'ndjson' | 'csv' | 'parquet' | undefined;
      /** Names, with commas between; of events any ECS field, `id`, `sensor` and `native`. Left out: the usual ones. */
      readonly columns?: string | undefined;
      /** Rows at most; never more than 1,000,000. */
      readonly limit?: number | undefined;
      /** Inclusive. */
      readonly from?: string | undefined;
      /** Exclusive. */
      readonly to?: string | undefined;
      /** The search language of the dashboard. */
      readonly search?: string | undefined;
      readonly minSeverity?: 'informational' | 'low' | 'medium' | 'high' | 'critical' | undefined;
      readonly status?: 'open' | 'acknowledged' | 'closed' | readonly ('open' | 'acknowledged' | 'closed')[] | undefined;
    };
    readonly body: undefined;
    readonly answer: string;
  };
  /** What one's organization may have in a day, and has used */
  'GET /v2/quotas': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      /** What is not named is not limited, and not counted. */
      readonly quotas: readonly { readonly kind: 'events' | 'bytes' | 'exports' | 'hunts'; readonly perDay: number; readonly used: number }[];
      readonly resetsAt: string;
    };
  };
  /** Set what an organization may have in a day */
  'PUT /v2/quotas/{organization}': {
    readonly path: { readonly organization: string };
    readonly query: undefined;
    readonly body: {
      /** A day, in UTC; null takes the quota away; left out, it stays as it is. */
      readonly events?: number | null | undefined;
      /** A day, in UTC; null takes the quota away; left out, it stays as it is. */
      readonly bytes?: number | null | undefined;
      /** A day, in UTC; null takes the quota away; left out, it stays as it is. */
      readonly exports?: number | null | undefined;
      /** A day, in UTC; null takes the quota away; left out, it stays as it is. */
      readonly hunts?: number | null | undefined;
    };
    readonly answer: undefined;
  };
  /** Parts and stages */
  'GET /v2/status': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly state: string;
      readonly parts: readonly {
        readonly name: string;
        readonly kind: string;
        readonly url?: string | undefined;
        readonly state: string;
        readonly version: string | null;
        readonly detail: string;
        readonly downSince?: string | undefined;
      }[];
      readonly stages: readonly {
        readonly name: string;
        readonly lag: number | null;
        /** Of the furthest dataset that is not idle. */
        readonly watermark: string | null;
        /** Of each dataset that is not idle, the slowest first. */
        readonly watermarks: readonly { readonly dataset: string; readonly watermark: string }[];
        readonly inPerSecond: number;
        readonly in: number;
        readonly passed: number;
        readonly out: number;
        readonly dropped: { readonly [name: string]: number };
        readonly rejected: { readonly [name: string]: number };
      }[];
      /** Raw topics of which at least 100 records were set aside within ten minutes, with the most frequent reason; null while the database is away. */
      readonly refusedSources: readonly { readonly topic: string; readonly count: number; readonly code: string; readonly isThrottled: boolean }[] | null;
    };
  };
  /** Whether this process serves */
  'GET /health': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: { readonly status: 'up' } };
  /** Whether broker and database answer */
  'GET /health/ready': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly status: string; readonly parts: readonly { readonly name: string; readonly state: string }[] };
  };
  /** For the identity provider: one of its sessions has ended */
  'POST /auth/oidc/{provider}/backchannel-logout': {
    readonly path: {
      /** `<organization>.<name of the provider>`. */
      readonly provider: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Send 1 to 1,000 events */
  'POST /v2/events/bulk': {
    readonly path: undefined;
    readonly query: undefined;
    readonly body: {
      /** ECS documents; native documents (objects, or lines of text) when `format` is given. */
      readonly events: readonly unknown[];
      /** What native documents are: the name of a decoder, or `auto` to have it found out. Left out: ECS documents. */
      readonly format?: string | undefined;
      /** Part of the topic: one for each kind of sender. */
      readonly source?: string | undefined;
    };
    readonly answer: {
      readonly items: readonly {
        readonly index: number;
        readonly receipt: string | null;
        readonly status: number;
        readonly error?: { readonly code: string; readonly detail: string } | undefined;
      }[];
    };
  };
  /** Health of the HEC input */
  'GET /services/collector/health': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Health of the HEC input */
  'GET /services/collector/health/1.0': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Events as to a Splunk HTTP Event Collector */
  'POST /services/collector': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Events as to a Splunk HTTP Event Collector */
  'POST /services/collector/event': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Events as to a Splunk HTTP Event Collector */
  'POST /services/collector/event/1.0': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Lines as to a Splunk HTTP Event Collector */
  'POST /services/collector/raw': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Lines as to a Splunk HTTP Event Collector */
  'POST /services/collector/raw/1.0': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Which of the requests of a channel are kept */
  'POST /services/collector/ack': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Documents as to Elasticsearch's bulk API */
  'POST /_bulk': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Documents as to Elasticsearch's bulk API */
  'PUT /_bulk': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Documents as to Elasticsearch's bulk API */
  'POST /{index}/_bulk': { readonly path: { readonly index: string }; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Documents as to Elasticsearch's bulk API */
  'PUT /{index}/_bulk': { readonly path: { readonly index: string }; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Documents as to Elasticsearch's bulk API */
  'POST /elastic/_bulk': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Documents as to Elasticsearch's bulk API */
  'PUT /elastic/_bulk': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Documents as to Elasticsearch's bulk API */
  'POST /elastic/{index}/_bulk': { readonly path: { readonly index: string }; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Documents as to Elasticsearch's bulk API */
  'PUT /elastic/{index}/_bulk': { readonly path: { readonly index: string }; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
  /** Logs by OTLP/HTTP */
  'POST /v1/logs': { readonly path: undefined; readonly query: undefined; readonly body: undefined; readonly answer: unknown };
}
