/**
 * The team server's own routes below `/api/v1`: what each takes and what it answers, all as JSON.
 *
 * Commands of the product are not here: they go to `/api/rpc/{command}` as they are (host/http.ts). Ids are UUIDs as text, times
 * milliseconds since 1970 as elsewhere. An answer of `null` is the status 204 without a body.
 *
 * Statuses and codes: 400 `invalid` with the `field` of the body it is about; 401 `signedOut` if the request proves nobody; 403 `notAllowed`; 404 `notFound`, also for what the
 * caller may not see; 409 `conflict` for what is in use or changed meanwhile; 429 `throttled`, retryable. A wrong password or one-time password of somebody who is
 * signed in is 403 `authFailed` with its `field`, never 401: that one means that the sign-in is over. Only `POST /sign-in` answers 401
 * with `authFailed` or, if a one-time password is asked for, `needsCode`.
 */
import type { NodeId, PassphraseStrength, Timestamp } from '$lib/host';
import type { SharingRoutes } from '$lib/sharing/api';

export type AccountId = string;
export type GrantId = string;
export type GroupId = string;
export type InvitationId = string;
export type LinkId = string;
export type OrganisationId = string;
export type PasskeyId = string;
export type ProviderId = string;
export type RoleId = string;
export type SignInId = string;
export type TokenId = string;

/** As `patchbay_team::permission::Permission`. */
export type Permission =
  'see' | 'connect' | 'useSecret' | 'reveal' | 'edit' | 'share' | 'administer';

export interface ServerInfo {
  /** What it is called, for the sign-in page. */
  name: string;
  version: string;
  /** Whether there is an account already; if not, only the set-up link leads on. */
  setUp: boolean;
  /** SHA-256 of its certificate; null behind a proxy. */
  fingerprint: string | null;
}

/** The person who is signed in. */
export interface Me {
  id: AccountId;
  /** What the person signs in with. */
  name: string;
  display: string;
  /** Runs this server. */
  operator: boolean;
  /** Whether one-time passwords are asked for. */
  totp: boolean;
  /** Recovery codes that were not used yet. */
  recoveryCodes: number;
  /** Sorted by name. An operator sees every organisation of the server. */
  organisations: MyOrganisation[];
  /** Null, unless somebody who runs the server (by display name) sees it as this person, until then. */
  acting: { operator: string; expires: Timestamp } | null;
}

export interface MyOrganisation {
  id: OrganisationId;
  name: string;
  /** Whether the person belongs to it; an operator need not. */
  member: boolean;
  /** What the person may do with the whole of it; an operator may always administer. */
  permissions: Permission[];
  policy: OrganisationPolicy;
}

/** What an organisation demands of its members. */
export interface OrganisationPolicy {
  /**
   * How many characters a reason has at least that is given for opening a session with a machine of it or being shown a secret of it;
   * 0 if none is asked for. At most 100.
   */
  askReason: number;
  /** Which sessions with its machines are recorded, whatever the person wants. */
  record: 'off' | 'terminals' | 'everything';
  /** How many days such recordings are kept; 0 for ever. At most 3650. */
  keepDays: number;
  /** Whether members' computers keep its tree, sealed, to be looked at while the server is away. */
  keepOffline: boolean;
  /** Whether members who may see the secrets of a machine may open sessions with it from their own computers. */
  direct: boolean;
}

export interface SignedIn {
  /** Null in a browser, where the cookie holds it. */
  token: string | null;
  account: Me;
}

/** What a link to join says before anybody joins. */
export interface InvitationLook {
  /** Null for the set-up link. */
  organisation: string | null;
  /** Display name of who made it; null if that account is gone. */
  by: string | null;
  /** Name of the role that comes with it; null if none does. */
  role: string | null;
  expires: Timestamp;
}

/** How people may sign in besides by a name and a password. */
export interface Ways {
  /** A button each. */
  providers: { id: ProviderId; name: string }[];
  /** Whether devices make passkeys for this server by the name it was asked by. */
  passkeys: boolean;
}

export interface PasskeyInfo {
  id: PasskeyId;
  name: string;
  created: Timestamp;
  /** Null: never. */
  lastUsed: Timestamp | null;
}

/** What a device is asked to make. Bytes are base64url without padding, here and in what follows. */
export interface PasskeyMake {
  ticket: string;
  challenge: string;
  rpId: string;
  rpName: string;
  userId: string;
  userName: string;
  userDisplay: string;
  /** COSE numbers. */
  algorithms: number[];
  have: string[];
  timeout: number;
}

export interface OidcBegun {
  /** Where the browser goes. */
  address: string;
  /** What the page keeps until it is back; only the server can read it. */
  ticket: string;
}

export interface OidcReturn {
  ticket: string;
  code: string;
  state: string;
  iss?: string;
}

/** Somebody is in, or half-way: then there is a ticket for `POST /sign-in/second`. */
export interface Entered {
  token: string | null;
  account: Me | null;
  ticket: string | null;
}

interface Creates {
  organisation: OrganisationId;
  role: RoleId | null;
}

interface Required {
  claim: string;
  value: string;
}

export interface OidcSettings {
  kind: 'oidc';
  issuer: string;
  clientId: string;
  scopes: string[];
  /** PEM; null for those that the system trusts. */
  authority: string | null;
  trustedSecondFactor: boolean;
  requires: Required | null;
  creates: Creates | null;
}

export interface LdapSettings {
  kind: 'ldap';
  /** `ldaps://…`, or `ldap://…` with StartTLS. */
  address: string;
  authority: string | null;
  /** SHA-256 of the certificate, in place of `authority`. */
  pin: string | null;
  bindDn: string;
  base: string;
  /** `{name}` stands for what was typed. */
  filter: string;
  idAttribute: string;
  nameAttribute: string;
  displayAttribute: string;
  /** Groups here by the DN of the group there. */
  groups: Record<string, GroupId>;
  requires: Required | null;
  creates: Creates | null;
}

export type ProviderSettings = OidcSettings | LdapSettings;

export interface ProviderInfo {
  id: ProviderId;
  name: string;
  disabled: boolean;
  settings: ProviderSettings;
  /** It is never told. */
  hasSecret: boolean;
  /** Accounts that are linked to it. */
  links: number;
  created: Timestamp;
}

interface ProviderBody {
  name: string;
  disabled: boolean;
  settings: ProviderSettings;
  /** Null keeps the one there is. */
  secret: string | null;
}

/** How far trying a provider came. */
export interface TrialSaid {
  says: string[];
  problem: string | null;
}

export interface LinkInfo {
  id: LinkId;
  providerName: string;
  label: string;
  created: Timestamp;
}

export interface Linkable {
  id: ProviderId;
  name: string;
  /** Asked by name and password here, and not on a page of its own. */
  directory: boolean;
}

/** A program without a browser that asks to be let in. */
export interface DeviceLook {
  /** As the program shows it. */
  userCode: string;
  /** What it calls itself. */
  client: string;
  address: string;
  /** Whether it asks from where this request comes from. */
  sameAddress: boolean;
  created: Timestamp;
  expires: Timestamp;
}

export interface SignInInfo {
  id: SignInId;
  created: Timestamp;
  lastUsed: Timestamp;
  expires: Timestamp;
  address: string;
  /** What it was done with, as `Firefox on Linux`. */
  client: string;
  /** The one that this request was made with. */
  current: boolean;
  /** Display name of somebody who runs the server and sees it as the person by this one; null if it is the person's own. */
  operator: string | null;
}

export interface ApiTokenInfo {
  id: TokenId;
  name: string;
  permissions: Permission[];
  /** Networks as `192.0.2.0/24`; from anywhere if empty. */
  networks: string[];
  created: Timestamp;
  /** Null: never. */
  expires: Timestamp | null;
  lastUsed: Timestamp | null;
  lastAddress: string | null;
}

/** An account as those who run the server see it. */
export interface AccountInfo {
  id: AccountId;
  name: string;
  display: string;
  operator: boolean;
  suspended: boolean;
  totp: boolean;
  created: Timestamp;
  /** When a sign-in or token of it was used last. */
  lastSeen: Timestamp | null;
  /** Names, sorted. */
  organisations: string[];
}

/** How somebody can sign in, as those who run the server see it. */
export interface AccountWays {
  /** Whether there is one. */
  password: boolean;
  links: LinkInfo[];
  /** The oldest first. */
  passkeys: PasskeyInfo[];
}

/** A member of an organisation as the other members see it. */
export interface Member {
  id: AccountId;
  name: string;
  display: string;
  suspended: boolean;
  /** The following are null for those who may not administer the organisation. */
  totp: boolean | null;
  lastSeen: Timestamp | null;
}

export interface Group {
  id: GroupId;
  name: string;
  members: AccountId[];
}

export interface Role {
  id: RoleId;
  name: string;
  permissions: Permission[];
  /** One of those that every organisation has and nobody can change. */
  builtIn: boolean;
}

export type Subject =
  { kind: 'account'; id: AccountId } | { kind: 'group'; id: GroupId } | { kind: 'everyone' };

export interface Grant {
  id: GrantId;
  subject: Subject;
  /** Name of the person (as displayed) or group; the organisation's for everyone. */
  subjectName: string;
  /** Null: on the whole organisation. */
  node: NodeId | null;
  /** Name of the folder or machine, or of the organisation; null if the caller may not see it. */
  nodeName: string | null;
  role: RoleId;
  roleName: string;
  permissions: Permission[];
  created: Timestamp;
  /** Whether the caller may take it back. */
  mayRemove: boolean;
}

export interface Invitation {
  id: InvitationId;
  role: RoleId | null;
  /** Display name. */
  by: string | null;
  expires: Timestamp;
}

/** Who has what on a folder or machine. */
export interface Access {
  /** Null: it is the caller's own, and nobody else can see it. */
  organisation: { id: OrganisationId; name: string } | null;
  /** What a new grant names; null if this stands for the whole organisation. */
  node: NodeId | null;
  /** What the caller may do with it. */
  permissions: Permission[];
  /**
   * Those made here first, then those of each folder around it, innermost first, then those of the organisation. Whoever has neither
   * `share` nor `administer` here gets those that the caller has their own permissions from.
   */
  grants: Grant[];
  /** Roles that the caller may give here; empty if none, as are `candidates` then. */
  mayGive: Role[];
  /** People and groups that can be given one. */
  candidates: { subject: Subject; name: string; detail: string | null }[];
}

/** Why somebody may do something: a grant that counts. */
export interface Reason {
  grant: GrantId;
  roleName: string;
  permissions: Permission[];
  /** How it came to the person. */
  through: { kind: 'own' } | { kind: 'group'; name: string } | { kind: 'everyone' };
  /** Where it was made: null for the whole organisation, or else a folder around the thing or the thing itself. */
  node: NodeId | null;
  nodeName: string | null;
}

export interface Why {
  permissions: Permission[];
  reasons: Reason[];
}

export interface NewGrant {
  subject: Subject;
  node: NodeId | null;
  role: RoleId;
}

export type AuditActor =
  | { kind: 'account'; account: AccountId }
  | { kind: 'token'; token: TokenId; account: AccountId }
  | { kind: 'server' }
  | { kind: 'nobody' };

export type AuditOutcome = 'done' | 'refused' | 'failed';

/** Something that was done or tried. */
export interface AuditEntry {
  at: Timestamp;
  actor: AuditActor;
  action: string;
  /** A kind and an id, or the bare id of a machine, folder or identity. */
  object: string | null;
  address: string | null;
  reason: string | null;
  outcome: AuditOutcome;
  detail: string | null;
  organisation: OrganisationId | null;
  /** As whom the actor, who runs the server, saw it; null if as themselves. */
  as: AccountId | null;
}

/** One record of the audit log; each holds the hash of the one before. */
export interface AuditRecord {
  seq: number;
  entry: AuditEntry;
  previous: string;
  hash: string;
}

/** An entry with names as they are today; null for what is gone. */
export interface AuditLine {
  seq: number;
  entry: AuditEntry;
  hash: string;
  /** Display name of who did it. */
  who: string | null;
  /** Display name of the person as whom it was done. */
  asName: string | null;
  /** Name of the token it was done with. */
  token: string | null;
  objectKind:
    | 'machine'
    | 'folder'
    | 'identity'
    | 'account'
    | 'organisation'
    | 'group'
    | 'role'
    | 'token'
    | 'recording'
    | null;
  objectName: string | null;
  organisationName: string | null;
}

/** Which entries: those of which everything that is said is so. All of it is text, for a query. */
export interface AuditFind {
  before?: string;
  after?: string;
  limit?: string;
  /** An account's id, also of one that somebody acted as, `server` or `nobody`. */
  who?: string;
  /** With commas between; one that ends with a dot stands for all that begin so. */
  action?: string;
  object?: string;
  since?: string;
  until?: string;
  outcome?: AuditOutcome;
  text?: string;
}

export interface AuditPage {
  /** Newest first; there may be none and yet more before `next`. */
  entries: AuditLine[];
  /** Goes on as `before`; null if all was looked at. */
  next: number | null;
  /** The last record of the log. */
  head: number;
  /** How far back was looked, if there is more. */
  backTo: Timestamp | null;
}

/** A check of the whole log. */
export interface AuditCheck {
  started: Timestamp;
  told: Timestamp;
  done: number;
  total: number;
  state:
    | { kind: 'running' }
    | { kind: 'cancelled' }
    | { kind: 'sound'; checkpoints: number; vouched: number }
    | { kind: 'broken'; seq: number; how: string }
    | { kind: 'failed'; why: string };
}

type Path<P extends string = never> = Record<P, string>;

/** Every route: `path` fills what stands in braces, `query` goes behind `?`, `body` is sent, `answer` comes back. */
export interface Routes extends SharingRoutes {
  // Without a sign-in.
  'GET /server': { answer: ServerInfo };
  /** Nothing is kept of it; at most 200 characters are looked at. `name` makes passwords with the own name in them weak. */
  'POST /password-strength': {
    body: { password: string; name: string };
    answer: PassphraseStrength;
  };
  /** Makes the first account, which is an operator, and an organisation that it owns; the link is worthless from then on. */
  'POST /setup': {
    body: { token: string; name: string; display: string; password: string; organisation: string };
    answer: SignedIn;
  };
  /** `code`: a one-time password or a recovery code, however it is spaced. */
  'POST /sign-in': { body: { name: string; password: string; code?: string }; answer: SignedIn };
  /** Also for a set-up link. 404 if it was used, taken back or has expired. */
  'GET /sign-in/ways': { answer: Ways };
  'POST /sign-in/oidc/{id}': { path: Path<'id'>; answer: OidcBegun };
  'POST /sign-in/oidc': { body: OidcReturn; answer: Entered };
  'POST /sign-in/second': { body: { ticket: string; code: string }; answer: SignedIn };
  'POST /sign-in/passkey/begin': {
    answer: { ticket: string; challenge: string; rpId: string; timeout: number };
  };
  'POST /sign-in/passkey': {
    body: {
      ticket: string;
      credential: string;
      clientData: string;
      authenticatorData: string;
      signature: string;
      user: string | null;
    };
    answer: SignedIn;
  };
  'GET /invitations/{token}': { path: Path<'token'>; answer: InvitationLook };
  /** Makes an account that belongs to the organisation. */
  'POST /join': {
    body: { token: string; name: string; display: string; password: string };
    answer: SignedIn;
  };

  // Of whoever is signed in.
  'POST /sign-out': { answer: null };
  'GET /me': { answer: Me };
  'PATCH /me': { body: { display: string }; answer: Me };
  /** With the account there is, to a further organisation. */
  'POST /me/join': { body: { token: string }; answer: Me };
  /** However it is typed. 404 about `userCode` if nothing waits under it. Programs begin by `POST /sign-in/device`. */
  'POST /me/device/look': { body: { userCode: string }; answer: DeviceLook };
  'POST /me/device': { body: { userCode: string; allow: boolean }; answer: null };
  /** Ends all other sign-ins and says how many. A wrong `current` is 403 `authFailed`. */
  'POST /me/password': { body: { current: string; new: string }; answer: { ended: number } };
  /** Begins; nothing is asked for at sign-in until it is confirmed. */
  'POST /me/totp': { answer: { uri: string; secret: string } };
  'PUT /me/totp': { body: { code: string }; answer: { recoveryCodes: string[] } };
  'DELETE /me/totp': { body: { code: string }; answer: null };
  /** In place of those there were. */
  'POST /me/recovery-codes': { body: { code: string }; answer: { recoveryCodes: string[] } };
  /** Latest use first. */
  'GET /me/sign-ins': { answer: SignInInfo[] };
  'DELETE /me/sign-ins/{id}': { path: Path<'id'>; answer: null };
  /** All but the one that this request was made with. */
  'DELETE /me/sign-ins': { answer: { ended: number } };
  'GET /me/tokens': { answer: ApiTokenInfo[] };
  /** The token is shown this once. */
  'POST /me/tokens': {
    body: {
      name: string;
      permissions: Permission[];
      networks: string[];
      expires: Timestamp | null;
    };
    answer: { token: string; info: ApiTokenInfo };
  };
  'DELETE /me/tokens/{id}': { path: Path<'id'>; answer: null };

  'GET /me/passkeys': { answer: PasskeyInfo[] };
  'POST /me/passkeys/begin': { answer: PasskeyMake };
  'POST /me/passkeys': {
    body: { ticket: string; name: string; clientData: string; attestation: string };
    answer: null;
  };
  'PATCH /me/passkeys/{id}': { path: Path<'id'>; body: { name: string }; answer: null };
  /** 409 if nothing else lets the person in. */
  'DELETE /me/passkeys/{id}': { path: Path<'id'>; answer: null };
  'GET /me/links': { answer: { links: LinkInfo[]; providers: Linkable[] } };
  'POST /me/links/oidc/{id}': { path: Path<'id'>; answer: OidcBegun };
  'POST /me/links/oidc': { body: OidcReturn; answer: null };
  /** A wrong name or password there is 403 `authFailed`. */
  'POST /me/links/directory/{id}': {
    path: Path<'id'>;
    body: { name: string; password: string };
    answer: null;
  };
  /** 409 if nothing else lets the person in. */
  'DELETE /me/links/{id}': { path: Path<'id'>; answer: null };

  // Of operators.
  'GET /providers': { answer: ProviderInfo[] };
  'POST /providers': { body: ProviderBody; answer: ProviderInfo };
  'PUT /providers/{id}': { path: Path<'id'>; body: ProviderBody; answer: ProviderInfo };
  /** With all links to it. */
  'DELETE /providers/{id}': { path: Path<'id'>; answer: null };
  'POST /providers/try': {
    body: {
      id: ProviderId | null;
      settings: ProviderSettings;
      secret: string | null;
      name: string | null;
      password: string | null;
    };
    answer: TrialSaid;
  };
  /** Sorted by name. */
  'GET /accounts': { answer: AccountInfo[] };
  /** Suspending ends sign-ins and sessions. The last operator is refused with 409. */
  'PATCH /accounts/{id}': {
    path: Path<'id'>;
    body: { operator?: boolean; suspended?: boolean };
    answer: AccountInfo;
  };
  /** Sees the server as somebody else, for half an hour. `password` and `code` are the caller's own, each if the account has one. */
  'POST /accounts/{id}/act-as': {
    path: Path<'id'>;
    body: { reason: string; password?: string; code?: string };
    answer: SignedIn;
  };
  /** Back to the own sign-in; there may be nothing to end. A request of somebody who acts no longer is 401 `signedOut` on `acting`. */
  'DELETE /acting': { answer: null };
  /** From this number on (1 if left out), at most 500. */
  'GET /audit': { query: { from?: string; limit?: string }; answer: AuditRecord[] };
  /** The last record, to be kept elsewhere: `patchbay-server verify --head` compares. */
  'GET /audit/head': { answer: { seq: number; hash: string } };
  'GET /audit/entries': { query: AuditFind; answer: AuditPage };
  /** Null: there was none. */
  'GET /audit/check': { answer: AuditCheck | null };
  /** 409 while one is under way. */
  'POST /audit/check': { answer: AuditCheck };
  'DELETE /audit/check': { answer: null };
  /** For somebody who forgot it: ends all sign-ins of the account. */
  'PUT /accounts/{id}/password': { path: Path<'id'>; body: { password: string }; answer: null };
  /** For somebody who lost both the device and the recovery codes. */
  'DELETE /accounts/{id}/totp': { path: Path<'id'>; answer: null };
  'GET /accounts/{id}/ways': { path: Path<'id'>; answer: AccountWays };
  /** Even if nothing else lets them in; ends all sign-ins of the account. Not one's own: 403. */
  'DELETE /accounts/{id}/links/{link}': { path: Path<'id' | 'link'>; answer: null };
  'DELETE /accounts/{id}/passkeys/{passkey}': { path: Path<'id' | 'passkey'>; answer: null };
  /** With its personal machines. */
  'DELETE /accounts/{id}': { path: Path<'id'>; answer: null };
  /** The caller becomes its owner. */
  'POST /organisations': { body: { name: string }; answer: MyOrganisation };
  /** With everything in it. */
  'DELETE /organisations/{organisation}': { path: Path<'organisation'>; answer: null };

  // Of organisations. What changes something needs `administer` on the whole of it, where nothing else is said.
  'PATCH /organisations/{organisation}': {
    path: Path<'organisation'>;
    body: { name: string };
    answer: MyOrganisation;
  };
  'PUT /organisations/{organisation}/policy': {
    path: Path<'organisation'>;
    body: OrganisationPolicy;
    answer: MyOrganisation;
  };
  /** What concerns the organisation. */
  'GET /organisations/{organisation}/audit': {
    path: Path<'organisation'>;
    query: AuditFind;
    answer: AuditPage;
  };
  /** Sorted by display name. Every member may. */
  'GET /organisations/{organisation}/members': { path: Path<'organisation'>; answer: Member[] };
  /** Ends the sessions it had with this organisation's machines. */
  'DELETE /organisations/{organisation}/members/{account}': {
    path: Path<'organisation' | 'account'>;
    answer: null;
  };
  /** Sorted by name. Every member may. */
  'GET /organisations/{organisation}/groups': { path: Path<'organisation'>; answer: Group[] };
  'POST /organisations/{organisation}/groups': {
    path: Path<'organisation'>;
    body: { name: string; members: AccountId[] };
    answer: Group;
  };
  'PUT /organisations/{organisation}/groups/{id}': {
    path: Path<'organisation' | 'id'>;
    body: { name: string; members: AccountId[] };
    answer: Group;
  };
  /** With what it was granted. */
  'DELETE /organisations/{organisation}/groups/{id}': {
    path: Path<'organisation' | 'id'>;
    answer: null;
  };
  /** The built-in ones first, from the least to the most, then by name. Every member may. */
  'GET /organisations/{organisation}/roles': { path: Path<'organisation'>; answer: Role[] };
  'POST /organisations/{organisation}/roles': {
    path: Path<'organisation'>;
    body: { name: string; permissions: Permission[] };
    answer: Role;
  };
  'PUT /organisations/{organisation}/roles/{id}': {
    path: Path<'organisation' | 'id'>;
    body: { name: string; permissions: Permission[] };
    answer: Role;
  };
  /** 409 while somebody has it. */
  'DELETE /organisations/{organisation}/roles/{id}': {
    path: Path<'organisation' | 'id'>;
    answer: null;
  };
  /** Those on the whole organisation first. All of them for whoever may administer it; for others those that are theirs. */
  'GET /organisations/{organisation}/grants': { path: Path<'organisation'>; answer: Grant[] };
  /** Needs `share` or `administer` on the node, and all permissions of the role there. */
  'POST /organisations/{organisation}/grants': {
    path: Path<'organisation'>;
    body: NewGrant;
    answer: Grant;
  };
  'DELETE /organisations/{organisation}/grants/{id}': {
    path: Path<'organisation' | 'id'>;
    answer: null;
  };
  /** Those that can still be used. */
  'GET /organisations/{organisation}/invitations': {
    path: Path<'organisation'>;
    answer: Invitation[];
  };
  /** The token is shown this once; the page makes `{origin}/join#{token}` of it. `days`: 1 to 30. */
  'POST /organisations/{organisation}/invitations': {
    path: Path<'organisation'>;
    body: { role: RoleId | null; days: number };
    answer: { token: string; invitation: Invitation };
  };
  'DELETE /organisations/{organisation}/invitations/{id}': {
    path: Path<'organisation' | 'id'>;
    answer: null;
  };
  /** Of a folder or machine that the caller may see. */
  'GET /access/{node}': { path: Path<'node'>; answer: Access };
  /** About oneself, or with `share` or `administer` there. One of `node` and `organisation`. */
  'GET /why': {
    query: { account: AccountId; node: NodeId } | { account: AccountId; organisation: string };
    answer: Why;
  };
}
