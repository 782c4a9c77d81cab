/**
 * Adding a team server, step by step: where it is, whether it is the right one, and how to get in. What was typed stays until the dialog
 * is closed, whichever way somebody goes.
 */
import { attempt } from '$lib/frame/notices.svelte';
import {
  asApiError,
  call,
  inWords,
  type ApiError,
  type WorkspaceEntry,
  type WorkspaceInfo,
  type WorkspaceInvitation,
  type WorkspaceOffer,
} from '$lib/host';
import { NewAccountDraft } from '$lib/team/NewAccount.svelte';
import { SignInDraft } from '$lib/team/SignInFields.svelte';
import { BrowserSignIn } from './browser.svelte';
import { addressError } from './words';
import { workspaces } from './workspaces.svelte';

/** `compare` only where this computer does not trust the certificate by itself; `browser` in place of typing a password. */
export type Step = 'address' | 'compare' | 'enter' | 'browser';

export class Adding {
  step = $state<Step>('address');
  address = $state('');
  offer = $state.raw<WorkspaceOffer | null>(null);
  /** What the link says, once the server is trusted that is asked. */
  invitation = $state.raw<WorkspaceInvitation | null>(null);
  /** The server knows no such link. */
  badLink = $state.raw<ApiError | null>(null);
  /** The certificate that the person has compared. */
  trusted = $state<string | null>(null);
  /** Somebody with a link has an account already. */
  hasAccount = $state(false);
  readonly signIn = new SignInDraft();
  readonly account = new NewAccountDraft();
  readonly browser = new BrowserSignIn();
  /** What is waited for. */
  busy = $state<'' | 'looking' | 'entering'>('');
  problem = $state.raw<ApiError | null>(null);
  /** Somebody tried to go on with what is typed. */
  tried = $state(false);
  #turn = 0;

  readonly wrongAddress = $derived(addressError(this.address));
  /** With a link an account is made, unless there is one. */
  readonly joins = $derived(this.offer?.token != null && !this.hasAccount);
  /** It is in the tree already. */
  readonly present: WorkspaceInfo | undefined = $derived(
    workspaces.list.find(({ address }) => address === this.offer?.address),
  );

  /** What was refused of a field that is in sight, in words. */
  atField(field: string): string | null {
    return this.problem?.field === field ? inWords(this.problem) : null;
  }

  /** Whether what was refused stands at its field. */
  get isAtField(): boolean {
    const field = this.problem?.field ?? '';
    if (this.step === 'address') return field === 'address';
    if (this.step === 'browser') return false;
    return this.joins
      ? ['name', 'display', 'password'].includes(field)
      : this.problem?.code === 'authFailed';
  }

  /** Asks what answers at the address. */
  async look(): Promise<void> {
    this.tried = true;
    if (this.busy || this.wrongAddress) return;
    await this.#during('looking', async (goesOn) => {
      const offer = await call('workspace_look', { address: this.address.trim() });
      if (!goesOn()) return;
      // What was compared holds for that certificate alone.
      if (offer.fingerprint !== this.trusted) this.trusted = null;
      this.offer = offer;
      if (!offer.setUp || this.present) return;
      if (offer.fingerprint === null || this.trusted !== null) this.#toEnter();
      else this.step = 'compare';
    });
  }

  /** The person has compared the fingerprint, and it is the same. */
  trust(): void {
    this.trusted = this.offer?.fingerprint ?? null;
    this.problem = null;
    this.#toEnter();
  }

  back(): void {
    this.#turn += 1;
    this.busy = '';
    this.problem = null;
    if (this.step === 'browser') {
      this.browser.cancel();
      this.step = 'enter';
      return;
    }
    const compares = this.step === 'enter' && this.offer?.fingerprint != null;
    this.step = compares ? 'compare' : 'address';
    if (this.step === 'address') this.offer = null;
  }

  /** Signs in or joins; the workspace if that worked. */
  async enter(): Promise<WorkspaceInfo | null> {
    const { offer } = this;
    if (!offer || this.busy || !this.#complete()) return null;
    let added: WorkspaceInfo | null = null;
    await this.#during('entering', async (goesOn) => {
      const info = await call('workspace_add', {
        address: offer.address,
        fingerprint: offer.fingerprint,
        entry: this.#entry(offer),
      });
      if (!goesOn()) {
        // Given up meanwhile: nothing of it stays here.
        await workspaces.remove(info.id);
        return;
      }
      workspaces.put(info);
      added = info;
      if (!this.joins) await this.#joinToo(info);
    });
    if (this.problem?.code === 'needsCode') {
      this.problem = null;
      this.signIn.asksCode = true;
    }
    return added;
  }

  /** Signs in with the browser, by whatever lets the person in there; the workspace if that worked. */
  async enterByBrowser(): Promise<WorkspaceInfo | null> {
    const { offer } = this;
    if (!offer || this.busy) return null;
    this.problem = null;
    this.step = 'browser';
    const { address, fingerprint } = offer;
    const added = await this.browser.go({ kind: 'new', address, fingerprint });
    if (added) await this.#joinToo(added);
    return added;
  }

  /** With the account there is, into the organisation that the link is for. */
  async joinPresent(info: WorkspaceInfo): Promise<boolean> {
    let joined = false;
    await this.#during('entering', async () => {
      await this.joinWithLink(info);
      joined = true;
    });
    return joined;
  }

  /** Who has signed in is in, whatever comes of the link: the dialog is over, and a notice says what is wrong with it. */
  async #joinToo(info: WorkspaceInfo): Promise<void> {
    await attempt(() => this.joinWithLink(info));
  }

  private async joinWithLink({ id }: WorkspaceInfo): Promise<void> {
    const token = this.offer?.token;
    if (!token) return;
    const team = workspaces.teamOf(id);
    team.me = await team.ask('POST /me/join', { body: { token } });
  }

  /** Closed: what comes later is for nobody, and no password stays. */
  forget(): void {
    this.#turn += 1;
    this.signIn.forget();
    this.account.forget();
    this.browser.cancel();
  }

  #toEnter(): void {
    this.step = 'enter';
    this.invitation = null;
    this.badLink = null;
    const { offer } = this;
    if (offer?.token == null) return;
    const { address, fingerprint, token } = offer;
    call('workspace_invitation', { address, fingerprint, token }).then(
      (invitation) => {
        if (this.offer === offer) this.invitation = invitation;
      },
      (failed: unknown) => {
        if (this.offer === offer) this.badLink = asApiError(failed);
      },
    );
  }

  #complete(): boolean {
    return this.joins ? this.account.check() : this.signIn.complete;
  }

  #entry(offer: WorkspaceOffer): WorkspaceEntry {
    return this.joins
      ? { kind: 'join', token: offer.token ?? '', ...this.account.body }
      : { kind: 'signIn', ...this.signIn.body };
  }

  async #during(
    what: 'looking' | 'entering',
    work: (goesOn: () => boolean) => Promise<void>,
  ): Promise<void> {
    const mine = ++this.#turn;
    const goesOn = () => mine === this.#turn;
    this.busy = what;
    this.problem = null;
    try {
      await work(goesOn);
    } catch (failed) {
      if (goesOn()) this.problem = asApiError(failed);
    } finally {
      if (goesOn()) this.busy = '';
    }
  }
}
