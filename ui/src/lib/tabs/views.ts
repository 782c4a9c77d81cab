/** The pages that tabs show, each loaded when it is first needed. */

export const views = {
  editor: () => import('$lib/machines/EditorPage.svelte'),
  settings: () => import('$lib/settings/SettingsPage.svelte'),
  identities: () => import('$lib/identities/IdentitiesPage.svelte'),
  tunnels: () => import('$lib/tunnels/TunnelsPage.svelte'),
  import: () => import('$lib/import/ImportPage.svelte'),
};
