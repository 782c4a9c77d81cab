import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { call } from '$lib/host';

const target = document.getElementById('app');
if (target) mount(App, { target });

// Two frames: the first is drawn when the second is asked for.
requestAnimationFrame(() =>
  requestAnimationFrame(() => void call('host_ready').catch(() => undefined)),
);
