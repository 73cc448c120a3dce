import '$kit/base.css';
import './site.css';
import { mount } from 'svelte';
import { Api } from './api';
import App from './App.svelte';
import { Site } from './site.svelte';

mount(App, { target: document.querySelector('#app')!, props: { site: new Site(new Api()) } });
