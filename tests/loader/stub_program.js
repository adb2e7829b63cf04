// A stub of the program: records the loader's calls in `globalThis.calls`, and takes over the
// launcher a microtask later, as Yew does.

globalThis.calls ??= [];
/** The languages it was set to, kept apart from the calls because every page sets one. */
globalThis.spoken ??= [];

export default async function init({ module_or_path }) {
  calls.push(['init', module_or_path instanceof WebAssembly.Module]);
}

export const fetchTalk = () => calls.push(['fetchTalk']);

export function mount(place, launcher, settings, words, tell) {
  calls.push(['mount', settings]);
  spoken.push(words);
  if (settings.heading === 'broken') throw new WebAssembly.RuntimeError('unreachable');
  let open = false;
  const set = (now) => {
    if (open !== now) tell((open = now) ? 'open' : 'close', {});
  };
  queueMicrotask(() => {
    launcher.querySelector('span').textContent = 'program';
    launcher.addEventListener('click', () => {
      calls.push(['click']);
      set(!open);
    });
    place.append('the window');
  });
  const verb = (name, act) => (...values) => {
    calls.push([name, ...values]);
    return act?.(...values);
  };
  globalThis.tell = tell;
  return {
    open: verb('open', () => set(true)),
    close: verb('close', () => set(false)),
    toggle: verb('toggle', () => set(!open)),
    send: verb('send', (text) => `id of ${text}`),
    update: verb('update'),
    reset: verb('reset'),
    speak: (words) => spoken.push(words),
    destroy: verb('destroy'),
    state: () => ({ open, unread: 0, phase: 'new', link: 'idle', conversation: null }),
  };
}
