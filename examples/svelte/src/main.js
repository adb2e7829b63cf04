import { define } from 'chataibot-widget';
import { mount } from 'svelte';
import App from './App.svelte';

define();
mount(App, { target: document.getElementById('app') });
