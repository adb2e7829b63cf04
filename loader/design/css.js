// Style sheet of design mode: the same on every page, light on dark.

export const css = `
:host {
  all: initial;
  position: fixed;
  inset: 0;
  width: auto;
  height: auto;
  z-index: 2147483647;
  overflow: visible;
  margin: 0;
  padding: 0;
  border: 0;
  background: none;
  pointer-events: none;
  color-scheme: dark;
  font: 13px/1.45 system-ui, sans-serif;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
@media print { :host { display: none; } }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.frame {
  position: fixed;
  outline: 2px solid #e5007d;
  outline-offset: -1px;
  background: rgb(229 0 125 / 0.1);
  box-shadow: 0 0 0 1px rgb(255 255 255 / 0.85);
  pointer-events: auto;
  cursor: copy;
}
.frame.open { pointer-events: none; }
.card {
  position: fixed;
  width: min(21rem, calc(100vw - 20px));
  max-height: calc(100vh - 20px);
  overflow: auto;
  padding: 12px 14px;
  border: 1px solid #3d4250;
  border-radius: 12px;
  background: #1b1e26;
  color: #eef0f5;
  box-shadow: 0 12px 40px rgb(0 0 0 / 0.4);
  pointer-events: auto;
  overflow-wrap: anywhere;
}
header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }
strong { font-size: 15px; }
.state { padding: 1px 7px; border-radius: 99px; background: #343947; font-size: 12px; }
code { font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.selector, .exact { display: block; margin-top: 4px; color: #ff9ccf; user-select: text; }
.exact { color: #c6a0b5; }
dl { display: grid; grid-template-columns: auto 1fr auto 1fr; gap: 2px 8px; margin: 10px 0; }
dt, .source, .hint, .none { color: #a9afbf; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.verdict { margin: 8px 0; padding: 5px 9px; border-radius: 7px; }
.good { background: #123d2b; color: #8ff0c0; }
.bad { background: #54181c; color: #ffb9b6; }
h2 { margin: 10px 0 4px; font-size: 12px; font-weight: 600; color: #a9afbf; }
ul { margin: 0; padding: 0; list-style: none; }
li { display: grid; grid-template-columns: 1fr auto; column-gap: 10px; padding: 4px 0; border-top: 1px solid #2e323d; }
.token { grid-column: 1 / -1; display: flex; align-items: center; gap: 7px; }
.swatch { flex: none; width: 14px; height: 14px; border-radius: 4px; outline: 1px solid rgb(255 255 255 / 0.35); }
.value, .source { font-size: 12px; }
.source { max-width: 9rem; text-align: end; }
.hint, .none { margin: 8px 0 0; font-size: 12px; }
.toggle {
  position: fixed;
  top: 12px;
  left: 12px;
  min-height: 32px;
  padding: 4px 14px 4px 30px;
  border: 1px solid #3d4250;
  border-radius: 99px;
  background: #1b1e26;
  color: #eef0f5;
  font: 600 13px/1.2 system-ui, sans-serif;
  cursor: pointer;
  pointer-events: auto;
}
.toggle::before {
  content: "";
  position: absolute;
  left: 12px;
  top: calc(50% - 5px);
  width: 10px;
  height: 10px;
  border-radius: 50%;
  background: #6a7080;
}
.toggle[aria-pressed="true"]::before { background: #ff4fa8; }
.toggle:focus-visible { outline: 3px solid #ff9ccf; outline-offset: 2px; }
@media (forced-colors: active) {
  .frame { outline-color: Highlight; background: none; }
  .card, .toggle { border-color: CanvasText; }
  .swatch { forced-color-adjust: none; }
}
`;
