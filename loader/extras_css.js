// Styles of the teaser, which looks like the preview of a message, and of the attention animation.
// The loader's styles hold only the launcher's tokens; the others are read here from their public
// names, with the defaults of styles/tokens.css.

import { extrasCss } from './generated/extras_css.js';

export const css = `@layer tokens {
:host > div {
  --_surface: var(--chataibot-surface, light-dark(#ffffff, #16181d));
  --_text: var(--chataibot-text, light-dark(#171a21, #eceef3));
  --_text-muted: var(--chataibot-text-muted, light-dark(#5d6473, #a2a9b8));
  --_room: calc(var(--_launcher-size) + 16px);
  --_window-radius: var(--chataibot-window-radius, 20px);
  --_window-shadow: var(--chataibot-window-shadow, 0 0 0 1px light-dark(rgb(16 24 40 / 0.06), rgb(255 255 255 / 0.08)), 0 2px 6px rgb(16 24 40 / 0.06), 0 12px 28px -6px rgb(16 24 40 / 0.14), 0 32px 64px -16px rgb(16 24 40 / 0.22));
}
}
${extrasCss}
@layer states {
@media (prefers-reduced-motion: no-preference) {
  /* The program's launcher stands deeper: whoever has opened the chat needs no nod. */
  :host([attention]:not([attention="false" i])) > div > div > .launcher { animation: attention calc(1.1s * var(--_motion)) 6s ease-in-out; }
  @keyframes attention {
    15% { transform: translateY(-12%) scale(1.06); }
    35% { transform: rotate(-9deg); }
    50% { transform: rotate(8deg); }
    65% { transform: rotate(-5deg); }
    80% { transform: rotate(3deg); }
  }
}
}`;
