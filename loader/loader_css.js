// What only the loader shows: the launcher at work, and a sentence where nothing could be fetched. Written tightly: it counts.

export const css = `@layer states{
.launcher[aria-busy=true] svg{animation:busy 1s .2s ease-in-out infinite alternate}
@keyframes busy{to{opacity:.25}}
@media (prefers-reduced-motion:reduce){.launcher[aria-busy=true] svg{animation:none;opacity:.5}}
.alert{position:fixed;z-index:var(--_z-index);inset-inline-end:var(--_offset-inline);inset-block-end:calc(var(--_offset-block) + var(--_launcher-size) + 16px);max-width:20em;padding:1em;border:1px solid;border-radius:1em;background:Canvas;color:CanvasText}
:host([position$=start]) .alert{inset-inline:var(--_offset-inline) auto}
:host([position^=top]) .alert{inset-block:calc(var(--_offset-block) + var(--_launcher-size) + 16px) auto}
}`;
