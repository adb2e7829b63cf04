// Types of <chataibot-widget> for pages written in TypeScript. docs/reference.md describes each setting.

/** The visitor's contact data, as far as the page has it. */
export interface Contact {
  name?: string | null;
  email?: string | null;
  phone?: string | null;
}

/** The settings, by property name; `null` resets a setting to its default. */
export interface Settings {
  proxyUrl: string | null;
  tokenUrl: string | null;
  apiUrl: string | null;
  eventsUrl: string | 'none' | null;
  site: string | null;
  user: string | null;
  identity: string | null;
  botKey: string | null;
  storage: 'local' | 'memory' | null;
  preload: 'intent' | 'idle' | null;
  mode: 'floating' | 'inline' | 'panel' | null;
  layer: 'top' | 'page' | null;
  theme: 'auto' | 'light' | 'dark' | 'system' | null;
  position: 'bottom-end' | 'bottom-start' | 'top-end' | 'top-start' | null;
  locale: string | null;
  botLocale: string | null;
  heading: string | null;
  subheading: string | null;
  greeting: string | null;
  avatar: string | null;
  launcher: 'round' | 'label' | 'none' | null;
  launcherLabel: string | null;
  launcherFor: string | null;
  avoid: string | null;
  attention: boolean;
  teaser: string | null;
  teaserDelay: string | number | null;
  teaserPhone: boolean;
  contactName: string | null;
  contactEmail: string | null;
  contactPhone: string | null;
  demo: string | null;
  design: boolean;
  contact: Contact | null;
  variables: Record<string, string | number | boolean | null> | null;
  strings: Record<string, string> | null;
  enter: 'auto' | 'send' | 'newline' | null;
  links: 'auto' | 'new' | 'same' | null;
  feedback: 'on' | 'off' | null;
  sound: 'on' | 'off' | null;
  titleIndicator: 'on' | 'off' | null;
  consent: boolean;
  consentUrl: string | null;
  consentVersion: string | null;
  prechat: string | null;
  prechatFields: PrechatField[] | null;
  contactLocked: boolean;
  home: boolean;
  starters: string[] | null;
  rating: 'off' | 'stars' | 'thumbs' | null;
  availability: 'open' | 'away' | 'maintenance' | null;
  officeHours: string | null;
  officeZone: string | null;
}

/** A field of the form before the chat. */
export interface PrechatField {
  /** `name`, `email` and `phone` become contact data, every other name a variable of the conversation. */
  name: string;
  label?: string;
  type?: 'text' | 'email' | 'phone' | 'number' | 'date' | 'long' | 'choice';
  required?: boolean;
  /** The options of a `choice`. */
  options?: string[];
}

/** The widget's current state. */
export interface State {
  ready: boolean;
  open: boolean;
  unread: number;
  phase: 'new' | 'active' | 'ended';
  link: 'idle' | 'connecting' | 'live' | 'reconnecting' | 'offline';
  conversation: string | null;
}

/** Performance data of the widget on this page. Times are in milliseconds since the page was requested, or null until the event occurs. */
export interface Metrics {
  /** Number of fetched files of the bundle, including those from the browser's cache. */
  requests: number;
  /** Their compressed size in bytes; null if their server does not allow the page to read it (`Timing-Allow-Origin`). */
  bytes: number | null;
  launcher: number | null;
  /** Time when the visitor could first write. */
  typing: number | null;
  /** Time when the first message of bot or agent arrived. */
  reply: number | null;
  /** Tasks of more than 50 ms since the first of those files was requested, including the page's own: their number, and the total time beyond 50 ms each; null if the browser does not report them. */
  longTasks: { count: number; blocked: number } | null;
}

/** The visitor's identity, for `identify`. */
export interface Identity extends Contact {
  /** Your own id of the user; needs `identity`. */
  user?: string | null;
  /** JWT about the user, signed by your server. */
  identity?: string | null;
  /** Variables of the conversation, for the bot's flow. */
  variables?: Record<string, string | number | boolean | null>;
}

/** The result of `doctor`. */
export interface DoctorReport {
  /** Whether no line is a failure. */
  ok: boolean;
  lines: DoctorLine[];
  /** The Content-Security-Policy that the page needs, if its own blocks something. */
  policy: string | null;
}

/** The result of one check. */
export interface DoctorLine {
  /** The check: `policy`, `files`, `origin` … */
  check: string;
  /** `unknown`: it could not be checked. */
  state: 'ok' | 'warning' | 'failure' | 'unknown';
  message: string;
  /** What to change; empty if nothing. */
  fix: string;
}

/** Events of the element, with their details. All bubble and cross shadow roots. */
export interface ChataibotEventMap {
  'chataibot-ready': CustomEvent<Record<string, never>>;
  'chataibot-open': CustomEvent<Record<string, never>>;
  'chataibot-close': CustomEvent<Record<string, never>>;
  'chataibot-conversation': CustomEvent<{ id: string }>;
  'chataibot-sent': CustomEvent<{ id: string; text: string }>;
  'chataibot-message': CustomEvent<{ author: 'bot' | 'agent' | 'visitor'; text: string; content: unknown }>;
  'chataibot-unread': CustomEvent<{ count: number }>;
  'chataibot-status': CustomEvent<{ status: 'open' | 'closed' }>;
  'chataibot-feedback': CustomEvent<{ text: string; helpful: boolean }>;
  'chataibot-consent': CustomEvent<{ given: boolean }>;
  'chataibot-rating': CustomEvent<{ value: number; best: number; comment: string; conversation: string | null }>;
  'chataibot-error': CustomEvent<{ code: string; message: string }>;
  'chataibot-before-open': CustomEvent<Record<string, never>>;
  'chataibot-before-send': CustomEvent<{ text: string }>;
  'chataibot-before-link': CustomEvent<{ readonly href: string; readonly newTab: boolean }>;
}

export interface ChataibotWidget extends Settings {}

export class ChataibotWidget extends HTMLElement {
  /** Resolves when the program is loaded; reading it does not load it. */
  readonly ready: Promise<this>;
  readonly state: State;
  /** Opens the window. */
  get open(): () => Promise<void>;
  /** `true` opens the window, `false`, `null` and `undefined` close it. `state.open` is whether it is open. */
  set open(value: boolean | 'true' | 'false' | '' | null | undefined);
  close(): Promise<void>;
  toggle(): Promise<void>;
  /** Closes the window and hides the whole widget. */
  hide(): Promise<void>;
  /** Shows the widget again after `hide()`. */
  show(): Promise<void>;
  /** Sends `text` as a message of the visitor. Resolves with the message's id, or with `undefined` if `text` is blank. */
  send(text: string): Promise<string | undefined>;
  /** Changes the named settings and no others, by property or attribute name; objects are merged. */
  update(settings: Partial<Settings> & { open?: boolean } & Record<string, unknown>): Promise<void>;
  /** Saves the conversation as a file on the visitor's device: plain text, or a web page. */
  transcript(kind?: 'text' | 'html'): Promise<void>;
  /** Puts `text` into the message field, for the visitor to send. */
  prefill(text: string): Promise<void>;
  /** Sets who the visitor is. Missing properties are not changed, but `user` and `identity` are always set together. */
  identify(visitor: Identity): Promise<void>;
  /** Call it when a user signs out: does what `reset` does, and removes the visitor's data that `identify` and the settings provided. */
  logout(): Promise<void>;
  /** Checks why the chat does not work on this page, and prints the results as a table on the console. */
  doctor(): Promise<DoctorReport>;
  /** Resolves with performance data of the widget on this page so far. Loads only the code that measures it. */
  metrics(): Promise<Metrics>;
  /** Deletes visitor and conversation on this page, in storage and in other tabs. */
  reset(): Promise<void>;
  /** Ends the widget permanently. Stored data is kept. */
  destroy(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    'chataibot-widget': ChataibotWidget;
  }
  interface HTMLElementEventMap extends ChataibotEventMap {}
  interface DocumentEventMap extends ChataibotEventMap {}
}

// table:names

/** A custom property of the widget. */
export type TokenName =
  | '--chataibot-accent'
  | '--chataibot-on-accent'
  | '--chataibot-font'
  | '--chataibot-font-size'
  | '--chataibot-radius'
  | '--chataibot-density'
  | '--chataibot-z-index'
  | '--chataibot-motion'
  | '--chataibot-surface'
  | '--chataibot-surface-raised'
  | '--chataibot-text'
  | '--chataibot-text-muted'
  | '--chataibot-line'
  | '--chataibot-line-strong'
  | '--chataibot-link'
  | '--chataibot-focus'
  | '--chataibot-danger'
  | '--chataibot-warning'
  | '--chataibot-success'
  | '--chataibot-offset-inline'
  | '--chataibot-offset-block'
  | '--chataibot-launcher-size'
  | '--chataibot-launcher-radius'
  | '--chataibot-launcher-background'
  | '--chataibot-launcher-color'
  | '--chataibot-badge-background'
  | '--chataibot-badge-color'
  | '--chataibot-window-width'
  | '--chataibot-window-height'
  | '--chataibot-window-radius'
  | '--chataibot-window-shadow'
  | '--chataibot-header-background'
  | '--chataibot-header-color'
  | '--chataibot-avatar-background'
  | '--chataibot-avatar-color'
  | '--chataibot-bubble-radius'
  | '--chataibot-bubble-bot-background'
  | '--chataibot-bubble-bot-color'
  | '--chataibot-bubble-visitor-background'
  | '--chataibot-bubble-visitor-color'
  | '--chataibot-composer-background';

/** A part, as `::part()` names it. */
export type PartName =
  | 'launcher'
  | 'launcher-open'
  | 'launcher-label'
  | 'badge'
  | 'preview'
  | 'preview-text'
  | 'preview-author'
  | 'preview-words'
  | 'dismiss'
  | 'window'
  | 'window-open'
  | 'window-large'
  | 'resize'
  | 'icon'
  | 'header'
  | 'avatar'
  | 'avatar-header'
  | 'avatar-greeting'
  | 'avatar-message'
  | 'avatar-preview'
  | 'titles'
  | 'title'
  | 'status'
  | 'status-live'
  | 'status-waiting'
  | 'status-none'
  | 'menu-place'
  | 'header-button'
  | 'back'
  | 'expand'
  | 'more'
  | 'close'
  | 'menu'
  | 'menu-item'
  | 'notices'
  | 'notice'
  | 'notice-connection'
  | 'notice-reconnecting'
  | 'notice-offline'
  | 'notice-unavailable'
  | 'notice-memory'
  | 'notice-hours'
  | 'notice-restart'
  | 'notice-end'
  | 'list'
  | 'rows'
  | 'greeting'
  | 'greeting-title'
  | 'greeting-text'
  | 'event'
  | 'day-line'
  | 'unread'
  | 'earlier'
  | 'earlier-loading'
  | 'spinner'
  | 'earlier-failed'
  | 'beginning'
  | 'jump'
  | 'row'
  | 'row-bot'
  | 'row-visitor'
  | 'row-first'
  | 'row-meta'
  | 'row-enter'
  | 'bubble'
  | 'bubble-bot'
  | 'bubble-agent'
  | 'bubble-visitor'
  | 'bubble-first'
  | 'bubble-last'
  | 'bubble-sending'
  | 'bubble-unknown'
  | 'bubble-failed'
  | 'bubble-emoji'
  | 'bubble-head'
  | 'bubble-foot'
  | 'typing'
  | 'typing-dot'
  | 'link'
  | 'text-list'
  | 'text-item'
  | 'code'
  | 'code-block'
  | 'note'
  | 'meta'
  | 'meta-sending'
  | 'meta-unknown'
  | 'meta-failed'
  | 'time'
  | 'button-text'
  | 'actions'
  | 'action'
  | 'action-copy'
  | 'action-copied'
  | 'action-pressed'
  | 'card'
  | 'card-sign'
  | 'picture'
  | 'picture-missing'
  | 'enlarge'
  | 'player'
  | 'player-film'
  | 'player-sound'
  | 'light-box'
  | 'light-bar'
  | 'light-button'
  | 'light-back'
  | 'light-on'
  | 'light-position'
  | 'light-words'
  | 'answers'
  | 'answers-vertical'
  | 'answers-past'
  | 'answer'
  | 'answer-link'
  | 'answer-past'
  | 'answer-chosen'
  | 'carousel'
  | 'cards'
  | 'choice-card'
  | 'card-words'
  | 'cards-foot'
  | 'turn'
  | 'sections'
  | 'sections-past'
  | 'section'
  | 'section-title'
  | 'section-items'
  | 'control'
  | 'hint'
  | 'given'
  | 'wrong'
  | 'slider'
  | 'slider-value'
  | 'slider-end'
  | 'entry'
  | 'entry-line'
  | 'toggle'
  | 'month'
  | 'month-head'
  | 'month-title'
  | 'day'
  | 'day-chosen'
  | 'form-field'
  | 'form-field-wrong'
  | 'optional'
  | 'form-sent'
  | 'form-past'
  | 'drop-zone'
  | 'drop-zone-over'
  | 'drop-buttons'
  | 'progress'
  | 'composer'
  | 'field'
  | 'input'
  | 'send'
  | 'emoji'
  | 'emoji-tip'
  | 'attach'
  | 'files'
  | 'chip'
  | 'chip-underway'
  | 'chip-done'
  | 'chip-failed'
  | 'chip-name'
  | 'chip-state'
  | 'chip-retry'
  | 'chip-remove'
  | 'drop-cover'
  | 'counter'
  | 'counter-over'
  | 'starters'
  | 'ended'
  | 'maintenance'
  | 'button'
  | 'button-primary'
  | 'panel'
  | 'panel-title'
  | 'panel-text'
  | 'panel-link'
  | 'panel-sign'
  | 'panel-actions'
  | 'consent'
  | 'home'
  | 'home-welcome'
  | 'home-greeting'
  | 'home-starters'
  | 'starter'
  | 'home-continue'
  | 'home-last'
  | 'prechat'
  | 'form-label'
  | 'form-optional'
  | 'form-input'
  | 'form-note'
  | 'form-error'
  | 'rating'
  | 'rating-form'
  | 'rating-scale'
  | 'rating-question'
  | 'rating-marks'
  | 'mark'
  | 'star'
  | 'thumb'
  | 'mark-chosen'
  | 'rating-thanks';

/** A state, as `:state()` names it. */
export type StateName =
  | 'open'
  | 'ready'
  | 'unread';
// /table
