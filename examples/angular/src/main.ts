import { CUSTOM_ELEMENTS_SCHEMA, Component, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import type { ChataibotEventMap } from 'chataibot-widget';
import { define } from 'chataibot-widget/remote';

@Component({
  selector: 'app-root',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <h1>Angular</h1>
    <p>The last message: <output>{{ last() }}</output></p>
    <chataibot-widget
      proxy-url="http://127.0.0.1:8787"
      [variables]="{ page: 'angular' }"
      (chataibot-message)="told($event)"
    ></chataibot-widget>
  `,
})
class App {
  readonly last = signal('none yet');

  told({ detail }: ChataibotEventMap['chataibot-message']) {
    this.last.set(`${detail.author}: ${detail.text}`);
  }
}

// Angular's builder copies no file that a package names: angular.json has it copy the folder, and the script comes from there.
await define('chataibot');
await bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
