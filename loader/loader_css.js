// Styles that only the loader needs: the busy launcher, the sentence shown if nothing could be
// fetched, and the rule that nothing is printed over a page. Written tightly, as the loader's size
// is limited.

export const css = `@layer states{
.launcher[aria-busy=true] svg{opacity:.5;animation:busy calc(1s*var(--_motion)) .2s infinite alternate}
@keyframes busy{from{opacity:1}}
@media (prefers-reduced-motion:reduce){:host>div{--_motion:0}}
@media print{:host(:not([mode=inline]))>div{display:none}}
.alert{position:fixed;inset:auto 1em 7em;width:fit-content;margin:auto;padding:1em;border:1px solid;background:Canvas;color:CanvasText}
}`;
