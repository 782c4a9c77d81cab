/** All of desktops that is loaded together, with the first of them: see `loaded.svelte.ts`. */

export { desktopActions } from './actions';
export { default as DesktopBar } from './DesktopBar.svelte';
export { default as DesktopPane } from './DesktopPane.svelte';
export { desktopMenu } from './menu';
export { DesktopView } from './view.svelte';
