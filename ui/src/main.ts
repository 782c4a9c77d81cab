import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { followDevice } from './lib/frame/device';
import { startHost } from './lib/host';

followDevice();
const target = document.getElementById('app');
if (target) void startHost().then(() => mount(App, { target }));
