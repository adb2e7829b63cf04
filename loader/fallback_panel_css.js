// Styles of the panel and its plain message form. The loader's styles hold only the launcher's
// tokens; the others are read here from their public names, with the defaults of styles/tokens.css.

export const css = `
@layer regions {
.panel {
  --_surface: var(--chataibot-surface, light-dark(#ffffff, #16181d));
  --_text-muted: var(--chataibot-text-muted, light-dark(#5d6473, #a2a9b8));
  --_line-strong: var(--chataibot-line-strong, light-dark(#8a91a0, #6f7787));
  --_field: var(--chataibot-composer-background, light-dark(var(--_surface), #1d2026));
  position: fixed; z-index: var(--_z-index); box-sizing: border-box; overflow: auto;
  inset-inline-end: var(--_offset-inline); inset-block-end: calc(var(--_offset-block) + var(--_launcher-size) + 16px);
  width: min(23em, 100vw - 2 * var(--_offset-inline));
  max-height: calc(100vh - var(--_launcher-size) - 2 * var(--_offset-block) - 16px);
  padding: 1.4em; border-radius: var(--chataibot-window-radius, 20px); background: var(--_surface);
  box-shadow: var(--chataibot-window-shadow, 0 0 0 1px rgb(128 128 128 / 0.2), 0 12px 28px -6px rgb(16 24 40 / 0.2), 0 32px 64px -16px rgb(16 24 40 / 0.25));
}
:host([position$="start"]) .panel { inset-inline: var(--_offset-inline) auto; }
:host([position^="top"]) .panel { inset-block: calc(var(--_offset-block) + var(--_launcher-size) + 16px) auto; }
.panel:focus { outline: none; }
.form { display: grid; gap: 0.9em; }
.form :is(h2, p) { margin: 0; }
.form h2 { font-size: 1.2em; font-weight: 650; }
.form p { color: var(--_text-muted); }
.form label { display: grid; gap: 0.35em; font-size: 0.9em; font-weight: 550; }
.form :is(textarea, input) {
  box-sizing: border-box; width: 100%; margin: 0; padding: 0.65em 0.8em; border: 1px solid var(--_line-strong);
  border-radius: calc(var(--chataibot-radius, 18px) * 0.6); background: var(--_field); color: inherit; appearance: none;
  font: 400 max(1em, 16px) / 1.4 var(--_font); resize: vertical;
}
.form .consent { grid-template-columns: auto 1fr; gap: 0.7em; align-items: start; font-weight: 400; }
.form .consent input { width: 1.35em; height: 1.35em; padding: 0; appearance: auto; accent-color: var(--_accent); }
.form a { color: inherit; font-size: 0.9em; }
.form button {
  min-height: 2.95em; padding: 0.4em 1.4em; border: 0; border-radius: 99em; background: var(--_accent); color: var(--_on-accent);
  font: 600 1em var(--_font); cursor: pointer;
}
.form button:hover { filter: brightness(1.08); }
.form button[aria-disabled="true"] { opacity: 0.6; cursor: default; }
.form .outcome { color: inherit; }
.form .outcome:empty { display: none; }
}`;
