import { define } from 'chataibot-widget';
import { createApp } from 'vue';
import App from './App.vue';

define();
createApp(App).mount('#app');
