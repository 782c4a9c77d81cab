// What can be done with the editor in front. The frame registers them.

import PlugZap from '@lucide/svelte/icons/plug-zap';
import Save from '@lucide/svelte/icons/save';
import type { Action } from '$lib/actions';
import { openEditors } from './open-editors.svelte';

export const editorActions: readonly Action[] = [
  {
    id: 'editor.save',
    title: 'Save',
    group: 'Machines',
    shortcut: 'Ctrl+S',
    icon: Save,
    when: () => openEditors.active !== null,
    run: () => openEditors.active?.save(),
  },
  {
    id: 'editor.saveAndConnect',
    title: 'Save and connect',
    group: 'Machines',
    shortcut: 'Ctrl+Enter',
    icon: PlugZap,
    when: () => openEditors.active !== null && !openEditors.active.folder,
    run: () => openEditors.active?.saveAndConnect(),
  },
];
