// One identity being edited or made.

import { unpressed } from '$lib/frame/press';
import { asApiError, call, inWords } from '$lib/host';
import type { ApiError, Identity, KeyAlgorithm, NodeId, PublicKeyInfo } from '$lib/host';
import {
  identityDirty,
  identityDraft,
  identityErrors,
  identityFieldOf,
  identityForm,
  newIdentity,
  type IdentityErrors,
  type IdentityField,
} from './draft';
import { identities } from './identities.svelte';

export class IdentityEdit {
  /** The identity on record; null for a new one. */
  identity = $state.raw<Identity | null>(null);
  form = $state(newIdentity());
  /** For a new key: pasted or made here. */
  source = $state<'given' | 'generated'>('given');
  algorithm = $state<KeyAlgorithm>('ed25519');
  /** For a new key: what stands at the end of its public half. */
  comment = $state('');
  /** Since when a key is being made, in milliseconds; null while none is. */
  making = $state<number | null>(null);
  saving = $state(false);
  problem = $state.raw<ApiError | null>(null);
  /** What the key is that was typed. */
  inspected = $state.raw<PublicKeyInfo | null>(null);

  #tried = $state(false);
  #refused = $state.raw<{ field: IdentityField; text: string; at: string } | null>(null);
  #loaded = $state.raw(newIdentity());
  #inspection = 0;
  #attempt: string | null = null;

  readonly generates = $derived(
    this.form.kind === 'key' && this.form.id === null && this.source === 'generated',
  );
  readonly dirty = $derived(identityDirty(this.form, this.#loaded));
  readonly errors = $derived.by((): IdentityErrors => {
    const shown: IdentityErrors = this.#tried ? this.#wrong() : {};
    const refused = this.#refused;
    if (refused && refused.at === JSON.stringify(this.form)) shown[refused.field] = refused.text;
    return shown;
  });

  /** `near`: the machine or folder that a new one is for, and is kept with. */
  constructor(
    identity: Identity | null = null,
    readonly near: NodeId | null = null,
  ) {
    this.take(identity);
  }

  /** Starts from what is on record. */
  take(identity: Identity | null): void {
    this.identity = identity;
    this.#loaded = identity ? identityForm(identity) : newIdentity();
    this.revert();
  }

  revert(): void {
    this.form = structuredClone(this.#loaded);
    this.#tried = false;
    this.#refused = null;
    this.problem = null;
    this.inspected = null;
    this.comment = '';
  }

  /** Lets go of every secret that was typed. */
  forget(): void {
    this.#inspection += 1;
    void this.cancelMaking().catch(() => undefined);
    this.revert();
  }

  /** Looks what key was typed; says at its field what is wrong with it. */
  async inspect(): Promise<void> {
    const mine = ++this.#inspection;
    // The field may have been left by pressing Save.
    await unpressed();
    if (mine !== this.#inspection) return;
    const { privateKey, passphrase } = $state.snapshot(this.form);
    this.inspected = null;
    this.#refused = null;
    if (privateKey.kind !== 'replace' || identityErrors({ ...this.form, name: 'x' }).privateKey)
      return;
    const at = JSON.stringify(this.form);
    try {
      const info = await call('identity_inspect_key', {
        privateKey: privateKey.text,
        passphrase: passphrase.kind === 'replace' ? passphrase.text || null : null,
      });
      if (mine === this.#inspection) this.inspected = info;
    } catch (problem) {
      const refusal = asApiError(problem);
      if (mine !== this.#inspection) return;
      const field = refusal.code === 'keyPassphrase' ? 'passphrase' : 'privateKey';
      this.#refused = { field, text: inWords(refusal), at };
    }
  }

  async save(): Promise<{ saved: Identity } | { focus: IdentityField | undefined }> {
    if (this.saving) return { focus: undefined };
    this.#tried = true;
    const [focus] = Object.keys(this.#wrong()) as IdentityField[];
    if (focus !== undefined) return { focus };
    this.saving = true;
    this.problem = null;
    const at = JSON.stringify(this.form);
    try {
      const saved = this.generates
        ? await this.#generate()
        : await identities.save(identityDraft($state.snapshot(this.form)), this.near);
      this.take(saved);
      return { saved };
    } catch (problem) {
      const refusal = asApiError(problem);
      // The person gave it up: nothing has to be said.
      if (refusal.code === 'cancelled') return { focus: undefined };
      const field =
        refusal.code === 'keyPassphrase' ? 'passphrase' : identityFieldOf(refusal.field);
      if (field) this.#refused = { field, text: inWords(refusal), at };
      else this.problem = refusal;
      return { focus: field };
    } finally {
      this.saving = false;
    }
  }

  #wrong(): IdentityErrors {
    const errors = identityErrors(this.form);
    if (this.generates) delete errors.privateKey;
    return errors;
  }

  async #generate(): Promise<Identity> {
    const { passphrase } = this.form;
    this.#attempt = crypto.randomUUID();
    this.making = Date.now();
    try {
      const made = await call('identity_generate_key', {
        name: this.form.name.trim(),
        user: this.form.user.trim() || null,
        algorithm: this.algorithm,
        comment: this.comment.trim() || null,
        passphrase: passphrase.kind === 'replace' ? passphrase.text || null : null,
        attempt: this.#attempt,
        near: this.near,
      });
      identities.keep(made);
      return made;
    } finally {
      this.making = null;
      this.#attempt = null;
    }
  }

  /** Gives up the key that is being made. */
  async cancelMaking(): Promise<void> {
    if (this.#attempt === null) return;
    await call('identity_cancel_generate', { attempt: this.#attempt });
  }
}
