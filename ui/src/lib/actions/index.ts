export { actions, type Action } from './registry.svelte';
