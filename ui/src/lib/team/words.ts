/** What the pages of a team say. */
import { when } from '$lib/sessions/when';
import type { InvitationLook, Permission, Reason } from './api';

/** "Ada Byron invites you. You will be Operator on all of it. The link is good until …". */
export function invites({ by, role, expires }: InvitationLook): string {
  const parts = [
    by ? `${by} invites you.` : '',
    role ? `You will be ${role} on all of it.` : '',
    `The link is good until ${when(expires)}.`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** From the least to the most. */
export const PERMISSIONS: readonly { value: Permission; label: string; hint: string }[] = [
  { value: 'see', label: 'See', hint: 'Know that it is there, without its secrets' },
  { value: 'connect', label: 'Connect', hint: 'Open sessions with secrets of one’s own' },
  {
    value: 'useSecret',
    label: 'Use secrets',
    hint: 'Connect with kept secrets without seeing them',
  },
  { value: 'reveal', label: 'Reveal', hint: 'Be shown its secrets' },
  { value: 'edit', label: 'Edit', hint: 'Change it, put something into it, delete it' },
  { value: 'share', label: 'Share', hint: 'Let others have it, and share live sessions' },
  { value: 'administer', label: 'Administer', hint: 'Give and take roles on it' },
];

/** "See, connect, use secrets", or what none at all means. */
export function permissionWords(list: readonly Permission[]): string {
  if (list.length === PERMISSIONS.length) return 'Everything';
  const words = PERMISSIONS.filter(({ value }) => list.includes(value)).map(({ label }) =>
    label.toLowerCase(),
  );
  const text = words.join(', ');
  return text === '' ? 'Nothing' : text.charAt(0).toUpperCase() + text.slice(1);
}

/** "Operator, through the group On call, on Production". */
export function reasonWords({ roleName, through, nodeName, node }: Reason): string {
  const way =
    through.kind === 'group'
      ? `, through the group ${through.name}`
      : through.kind === 'everyone'
        ? ', as everyone here'
        : '';
  const where = node === null ? 'the whole organisation' : (nodeName ?? 'a folder you cannot see');
  return `${roleName}${way}, on ${where}`;
}

/** A name to sign in with: what the server takes. */
export function nameError(name: string): string | null {
  if (name.trim() === '') return 'Type a name to sign in with.';
  if (!/^[a-z0-9][a-z0-9._@-]{0,63}$/.test(name.trim().toLowerCase()))
    return 'Letters, digits and . _ - @, up to 64, beginning with a letter or digit.';
  return null;
}

/** Networks as they are typed, one a line or with commas between. */
export function networksIn(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** What is wrong with one of the networks. */
export function networkError(text: string): string | null {
  const wrong = networksIn(text).find((network) => !isNetwork(network));
  return wrong === undefined
    ? null
    : `“${wrong}” is no network. Write 192.0.2.0/24, 2001:db8::/32 or a single address.`;
}

function isNetwork(network: string): boolean {
  const [address = '', bits, ...rest] = network.split('/');
  if (rest.length > 0) return false;
  const v4 = /^\d{1,3}(\.\d{1,3}){3}$/.test(address);
  const v6 = /^[0-9a-f:]{2,39}$/i.test(address) && address.includes(':');
  if (!v4 && !v6) return false;
  if (v4 && address.split('.').some((part) => Number(part) > 255)) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (v4 ? 32 : 128));
}

const DAY = 24 * 60 * 60 * 1000;

/** How long a token or link is good: by days, `never` without end. */
export const EXPIRIES = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: 'never', label: 'no end' },
] as const;

export function expiryOf(days: string, now = Date.now()): number | null {
  return days === 'never' ? null : now + Number(days) * DAY;
}

/** The secret of one-time passwords as it is typed into an app: in groups of four. */
export function inFours(secret: string): string {
  return (
    secret
      .replace(/\s/g, '')
      .match(/.{1,4}/g)
      ?.join(' ') ?? ''
  );
}

/** The token in the address of a link, which only the page itself is told. */
export function tokenIn(hash: string): string {
  return hash.replace(/^#/, '').trim();
}
