// What only the loader shows: the launcher at work, and a sentence where nothing could be fetched;
// and what holds from the first moment: nothing of ours is printed over a page. Written tightly: it
// counts.

export const css = `@layer states{
.launcher[aria-busy=true] svg{opacity:.5;animation:busy calc(1s*var(--_motion)) .2s infinite alternate}
@keyframes busy{from{opacity:1}}
@media (prefers-reduced-motion:reduce){:host>div{--_motion:0}}
@media print{:host(:not([mode=inline]))>div{display:none}}
.alert{position:fixed;inset:auto 1em 7em;width:fit-content;margin:auto;padding:1em;border:1px solid;background:Canvas;color:CanvasText}
}`;
