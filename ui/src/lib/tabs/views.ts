/** The pages that tabs show, each loaded when it is first needed. */

import type { Component } from 'svelte';

const settings = import.meta.glob<{ default: Component<{ section?: string | undefined }> }>(
  '../settings/SettingsPage.svelte',
);

export const views = {
  editor: () => import('$lib/machines/EditorPage.svelte'),
  settings: () => settings['../settings/SettingsPage.svelte']!(),
  identities: () => import('$lib/identities/IdentitiesPage.svelte'),
  import: () => import('$lib/import/ImportPage.svelte'),
};
