export { actions, isHere, type Action } from './registry.svelte';
