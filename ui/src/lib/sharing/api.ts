/** The routes of shared sessions, beside those of `lib/team/api.ts`: of whoever has a session open, and of its guests. */
import type { GuestId, SessionDesktop, SessionGuest, Timestamp } from '$lib/host';

type Path<P extends string = never> = Record<P, string>;

/** For whom a link to a session is: whoever has it, people with an account, or members of the machine's organisation. */
export type ShareAudience = 'anybody' | 'account' | 'organisation';

export interface Share {
  id: string;
  /** Control can be given to those who come by it. */
  mayControl: boolean;
  audience: ShareAudience;
  created: Timestamp;
  expires: Timestamp;
  /** How many who came by it are there. */
  guests: number;
}

export interface Guests {
  /** The longest first. */
  guests: SessionGuest[];
  /** The guest who has control; null if the owner has it. */
  control: GuestId | null;
}

/** What a link to a session says before anybody joins. */
export interface ShareLook {
  /** Display name of who shares it. */
  by: string;
  /** It is a desktop, and no terminal. */
  desktop: boolean;
  mayControl: boolean;
  audience: ShareAudience;
  expires: Timestamp;
}

/** How a session stands, as a guest sees it. */
export interface SharedSession extends Guests {
  version: number;
  title: string;
  state: 'connecting' | 'open' | 'lost' | 'closed';
  desktop: SessionDesktop | null;
  /** Null for a desktop. */
  size: { cols: number; rows: number } | null;
  /** Display name of who shares it. */
  owner: string;
  /** The guest who asks. */
  me: GuestId;
  /** Whether control can be given to them. */
  mayControl: boolean;
  /** When the link they came by expires. */
  expires: Timestamp | null;
}

export interface SharingRoutes {
  /** Links that can still be used, the newest first. `organisation`: the name of the machine's; null if it is the caller's own. */
  'GET /sessions/{session}/shares': {
    path: Path<'session'>;
    answer: { shares: Share[]; organisation: string | null };
  };
  /** The token is shown this once; the page makes `{origin}/share#{token}` of it. `minutes`: 1 to 10080. */
  'POST /sessions/{session}/shares': {
    path: Path<'session'>;
    body: { mayControl: boolean; audience: ShareAudience; minutes: number };
    answer: { token: string; share: Share };
  };
  /** All links are worthless from then on, and all guests are out. */
  'DELETE /sessions/{session}/shares': { path: Path<'session'>; answer: null };
  /** Whoever came by it is out. */
  'DELETE /sessions/{session}/shares/{id}': { path: Path<'session' | 'id'>; answer: null };
  'GET /sessions/{session}/guests': { path: Path<'session'>; answer: Guests };
  /** They do not come back while the session is shared. */
  'DELETE /sessions/{session}/guests/{id}': { path: Path<'session' | 'id'>; answer: null };
  /** Null takes control back. */
  'POST /sessions/{session}/control': {
    path: Path<'session'>;
    body: { guest: GuestId | null };
    answer: Guests;
  };

  // Of guests, who need not have signed in: `key` is what joining gave.
  'GET /shares/{token}': { path: Path<'token'>; answer: ShareLook };
  /** With the account there is, or by a name. */
  'POST /shares/join': {
    body: { token: string; name: string };
    answer: { guest: GuestId; key: string };
  };
  /** Answers when the version is another one than `after`, or after 20 seconds. 404 says why it is over. */
  'POST /shares/state': { body: { key: string; after: number | null }; answer: SharedSession };
  'POST /shares/attach': { body: { key: string }; answer: { url: string; token: string } };
  'POST /shares/control': {
    body: { key: string; wish: 'ask' | 'withdraw' | 'giveBack' };
    answer: null;
  };
  'POST /shares/leave': { body: { key: string }; answer: null };
}
