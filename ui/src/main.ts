import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { followDevice } from './lib/frame/device';

followDevice();
const target = document.getElementById('app');
if (target) mount(App, { target });
