// What the editor of an identity holds, and how that becomes a draft. A secret that is on record is never read back:
// it is kept, replaced or removed.

import type { Identity, IdentityDraft, IdentityKind } from '$lib/host';
import { fieldCalled } from '$lib/host/errors';

export type Edit = { kind: 'keep' } | { kind: 'replace'; text: string } | { kind: 'remove' };

export interface IdentityForm {
  id: string | null;
  name: string;
  user: string;
  kind: IdentityKind;
  password: Edit;
  privateKey: Edit;
  passphrase: Edit;
  certificate: Edit;
  agentFingerprint: string | null;
}

export type IdentityField = Exclude<keyof IdentityForm, 'id' | 'kind'>;
export type EditName = 'password' | 'privateKey' | 'passphrase' | 'certificate';
export type IdentityErrors = Partial<Record<IdentityField, string>>;

const KEEP: Edit = { kind: 'keep' };
const typed = (): Edit => ({ kind: 'replace', text: '' });

/** A new identity: every secret is a field to fill in. */
export function newIdentity(kind: IdentityKind = 'password'): IdentityForm {
  return {
    id: null,
    name: '',
    user: '',
    kind,
    password: typed(),
    privateKey: typed(),
    passphrase: typed(),
    certificate: typed(),
    agentFingerprint: null,
  };
}

/** An identity on record: what is set is kept, what is not set is a field to fill in. */
export function identityForm(identity: Identity): IdentityForm {
  const edit = (set: boolean): Edit => (set ? KEEP : typed());
  return {
    id: identity.id,
    name: identity.name,
    user: identity.user ?? '',
    kind: identity.kind,
    password: edit(identity.hasPassword),
    privateKey: edit(identity.hasPrivateKey),
    passphrase: edit(identity.hasPassphrase),
    certificate: edit(identity.certificate !== null),
    agentFingerprint: identity.agentFingerprint,
  };
}

/** `null` keeps, an empty text removes. */
function sent(edit: Edit): string | null {
  if (edit.kind === 'remove') return '';
  return edit.kind === 'replace' && edit.text !== '' ? edit.text : null;
}

export function identityDraft(form: IdentityForm): IdentityDraft {
  const only = (kind: IdentityKind, edit: Edit): string | null =>
    form.kind === kind ? sent(edit) : null;
  return {
    id: form.id,
    name: form.name.trim(),
    user: form.user.trim() || null,
    kind: form.kind,
    password: only('password', form.password),
    privateKey: withFinalNewline(only('key', form.privateKey)),
    passphrase: only('key', form.passphrase),
    certificate: only('key', form.certificate),
    agentFingerprint: form.kind === 'agent' ? form.agentFingerprint : null,
  };
}

/** Pasting loses the last line end, without which some readers refuse a PEM. */
function withFinalNewline(text: string | null): string | null {
  return text === null || text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

export function identityErrors(form: IdentityForm): IdentityErrors {
  const errors: IdentityErrors = {};
  if (form.name.trim() === '') errors.name = 'Give it a name, to find it by.';
  if (form.kind !== 'key') return errors;
  const key = form.privateKey;
  if (key.kind === 'remove')
    errors.privateKey = 'Without its key this identity cannot sign in. Put another key in.';
  if (key.kind === 'replace' && key.text.trim() === '')
    errors.privateKey = 'Paste a private key, choose a file or generate a key.';
  else if (key.kind === 'replace') errors.privateKey = privateKeyError(key.text);
  if (form.certificate.kind === 'replace')
    errors.certificate = certificateError(form.certificate.text);
  return Object.fromEntries(
    Object.entries(errors).filter(([, error]) => error !== undefined),
  ) as IdentityErrors;
}

function privateKeyError(text: string): string | undefined {
  const start = text.trimStart();
  if (/^(ssh-|ecdsa-|sk-)/.test(start))
    return 'This is a public key. The private key is in the file without .pub.';
  if (/^-----BEGIN (RSA )?PUBLIC KEY-----/.test(start))
    return 'This is a public key. Its private key is needed.';
  if (/^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(start) || /^PuTTY-User-Key-File-/.test(start))
    return undefined;
  return 'This is no private key. It begins with -----BEGIN … PRIVATE KEY----- or PuTTY-User-Key-File.';
}

function certificateError(text: string): string | undefined {
  const start = text.trim();
  if (start === '' || /^[a-z0-9-]+-cert-v01@openssh\.com\s+\S+/.test(start)) return undefined;
  return 'This is no OpenSSH certificate. It is the one line of a file that ends in -cert.pub.';
}

/** Whether anything differs from what was loaded. */
export function identityDirty(now: IdentityForm, loaded: IdentityForm): boolean {
  return JSON.stringify(now) !== JSON.stringify(loaded);
}

/** The form's field for the name an error of the core carries. */
export function identityFieldOf(name: string | null | undefined): IdentityField | undefined {
  return fieldCalled<IdentityField>(name, [
    'name',
    'user',
    'password',
    'privateKey',
    'passphrase',
    'certificate',
    'agentFingerprint',
  ]);
}
