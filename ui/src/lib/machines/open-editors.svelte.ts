// The editors of this window, so that what was typed outlives a look at another tab, and is asked about before it is
// thrown away.

import type { NodeId } from '$lib/host';
import { SvelteMap } from 'svelte/reactivity';
import { Editor, type EditorTarget } from './editor.svelte';
import type { FieldName } from './form';

class OpenEditors {
  #open = new SvelteMap<string, Editor>();
  #vault = '';
  /** The editor that Save saves. */
  active = $state.raw<EditorActions | null>(null);
  /** The field that the editor opened next is to show. */
  goTo = $state.raw<FieldName | null>(null);

  /** The editor of a tab; the same one each time it is asked for. */
  of(key: string, target: EditorTarget): Editor {
    const known = this.#open.get(key);
    if (known) return known;
    // Of no page: what is derived in it would stand still once the page that first asked for it is gone.
    let fresh!: Editor;
    $effect.root(() => {
      fresh = new Editor(target);
    });
    this.#open.set(key, fresh);
    return fresh;
  }

  /** Whether closing the tab would lose something. */
  dirty(key: string): boolean {
    return this.#open.get(key)?.dirty ?? false;
  }

  /** Forgets the editor of a tab that was closed. */
  forget(key: string): void {
    this.#open.delete(key);
  }

  /** Says whose machines are edited. What was typed for another vault is forgotten. */
  belongTo(vaultPath: string): void {
    if (this.#vault !== vaultPath) this.#open.clear();
    this.#vault = vaultPath;
  }
}

/** What the page in front lets the actions do. */
export interface EditorActions {
  save: () => Promise<NodeId | null>;
  saveAndConnect: () => Promise<void>;
  folder: boolean;
}

/** One editor for a node, and one for what is new in a folder. */
export function editorKey(target: EditorTarget): string {
  if (target.nodeId !== undefined) return `node:${target.nodeId}`;
  return `new:${target.folder ? 'folder' : 'entry'}:${target.parent ?? ''}`;
}

export const openEditors = new OpenEditors();
