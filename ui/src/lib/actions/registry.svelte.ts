/**
 * Everything a person can do, by name: the palette lists it, and one key handler runs it.
 *
 * Keys that only mean something inside one list (arrows, Delete in the tree) belong to that list: its actions say
 * `local`, so that the shortcut is shown and the handler here leaves it alone.
 */
import type { IconComponent } from '$lib/components/Icon.svelte';
import { OPEN_OVERLAY } from '$lib/frame/overlay';
import { can, type Ability } from '$lib/host';
import { vault } from '$lib/vault/vault.svelte';
import { untrack } from 'svelte';
import { allowedInDesktop, allowedInTerminal, matches, ofTextFields } from './shortcut';

export interface Action {
  /** `machine.connect`. */
  id: string;
  /** A verb and its object; `…` at the end if it asks first. */
  title: string;
  /** Machines, Tabs, Session, Vault, View, Settings … */
  group: string;
  /** `Ctrl+Shift+K`; Ctrl is Command on a Mac. */
  shortcut?: string;
  /** Other shortcuts that do the same. */
  also?: readonly string[];
  /** The focused list handles the shortcut; here it is only shown. */
  local?: boolean;
  /** Made for something that is open or saved now: the table of keys leaves it out. */
  fleeting?: boolean;
  icon?: IconComponent;
  /** Other words it may be looked for by. */
  keywords?: string;
  /** What it would act on, or the value a setting has. */
  detail?: () => string;
  /** What must be possible where the page runs; the action does not exist elsewhere. */
  needs?: Ability;
  /** Whether it can be done now; hidden from the palette otherwise. */
  when?: () => boolean;
  run: () => unknown;
}

/** Whether it exists where the page runs. */
export const isHere = ({ needs }: Action): boolean => needs === undefined || can(needs);

const TEXT_FIELDS = 'input, textarea, [contenteditable]:not([contenteditable="false"])';

class Registry {
  #lists = $state.raw<readonly (readonly Action[])[]>([]);

  readonly all = $derived(this.#lists.flat());
  /** What can be done now. */
  readonly available = $derived(this.all.filter((action) => action.when?.() ?? true));

  /** Adds actions until the returned function is called. An effect may do it: it does not depend on the others. */
  register(list: readonly Action[]): () => void {
    const here = list.filter(isHere);
    this.#lists = [...untrack(() => this.#lists), here];
    return () => {
      this.#lists = untrack(() => this.#lists).filter((other) => other !== here);
    };
  }

  get(id: string): Action | undefined {
    return this.all.find((action) => action.id === id);
  }

  /** Runs an action if it is there and can be done now. */
  run(id: string): void {
    const action = this.get(id);
    if (action && (action.when?.() ?? true)) void action.run();
  }

  /** The one key handler; call once. Listens before any element does, so that a terminal does not see what is taken. */
  start(target: Window = window): () => void {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || !vault.unlocked) return;
      const action = this.find(event);
      if (!action) return;
      event.preventDefault();
      event.stopPropagation();
      void action.run();
    };
    target.addEventListener('keydown', press, { capture: true });
    return () => target.removeEventListener('keydown', press, { capture: true });
  }

  /** The action a key press asks for, given where the focus is. */
  find(event: KeyboardEvent): Action | undefined {
    // A dialog or menu has the keyboard for itself.
    if (document.querySelector(OPEN_OVERLAY)) return undefined;
    const target = event.target instanceof Element ? event.target : null;
    const inTerminal = target?.closest('.xterm') != null;
    const inDesktop = target?.closest('[data-remote-keys]') != null;
    const inText = !inTerminal && !inDesktop && target?.closest(TEXT_FIELDS) != null;
    return this.available.find(
      (action) =>
        !action.local &&
        [action.shortcut, ...(action.also ?? [])].some(
          (shortcut) =>
            shortcut !== undefined &&
            (!inTerminal || allowedInTerminal(shortcut)) &&
            (!inDesktop || allowedInDesktop(shortcut)) &&
            (!inText || !ofTextFields(shortcut)) &&
            matches(shortcut, event),
        ),
    );
  }
}

export const actions = new Registry();
