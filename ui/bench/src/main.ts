import '$kit/base.css';
import './bench.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { theme } from './state/theme.svelte';

theme.apply();
mount(App, { target: document.querySelector('#app')! });
