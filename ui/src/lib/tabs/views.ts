/** The pages that tabs show, each loaded when it is first needed; terminals, which come first, are not among them. */

export const views = {
  editor: () => import('$lib/machines/EditorPage.svelte'),
  settings: () => import('$lib/settings/SettingsPage.svelte'),
  snippets: () => import('$lib/snippets/SnippetsPage.svelte'),
  run: () => import('$lib/runs/RunPage.svelte'),
  identities: () => import('$lib/identities/IdentitiesPage.svelte'),
  people: () => import('$lib/team/PeoplePage.svelte'),
  workspace: () => import('$lib/workspaces/WorkspacePage.svelte'),
  recordings: () => import('$lib/recordings/RecordingsPage.svelte'),
  desktops: () => import('$lib/desktop/DesktopsPage.svelte'),
  tunnels: () => import('$lib/tunnels/TunnelsPage.svelte'),
  power: () => import('$lib/devices/PowerPage.svelte'),
  guests: () => import('$lib/cluster/GuestsPage.svelte'),
  ports: () => import('$lib/switch/PortsPage.svelte'),
  outlets: () => import('$lib/pdu/OutletsPage.svelte'),
  consoles: () => import('$lib/consoles/ConsolesPage.svelte'),
  fleet: () => import('$lib/fleet/FleetPage.svelte'),
  files: () => import('$lib/files/FilesPage.svelte'),
  import: () => import('$lib/import/ImportPage.svelte'),
};
