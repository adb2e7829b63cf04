// What stands in the way of a good look, by the rules that `cargo xtask theme` has, too: the style
// sheet itself at once, and every scene in light and dark when asked. Whether the focus can be
// seen is told by the command alone: here the designer has it.

import { checkCss } from './check_css.js';
import { toCss } from './export.js';
import { make } from './nodes.js';

const TITLES = {
  contrast: 'Contrast',
  'text-size': 'Text size',
  target: 'Size of targets',
  motion: 'Motion',
};

function row({ rule, message, parts, line, where = [] }, show) {
  const place = [line && `line ${line}`, parts?.length && parts.map((part) => `::part(${part})`).join(' ')].filter(Boolean).join(', ');
  const [first] = where;
  return make('li', {},
    make('b', {}, TITLES[rule] ?? (rule[0].toUpperCase() + rule.slice(1)).replaceAll('-', ' ')), ` ${message}`,
    place && make('small', {}, place),
    first && make('button', { type: 'button', class: 'quiet', onclick: () => show(first) }, `${first.scheme}, ${first.scene}${where.length > 1 ? ` and ${where.length - 1} more` : ''}`));
}

export function checkPanel(studio) {
  const { history, table } = studio;
  const list = make('ul', { class: 'findings' });
  const scenes = make('ul', { class: 'findings' });
  const state = make('p', { class: 'note', role: 'status' });
  const seen = make('p', { class: 'note', role: 'status' });
  const show = ({ scene, scheme }) => history.change({ scene, scheme });
  const button = make('button', { type: 'button', class: 'main' }, 'Check every scene');

  const follow = ({ tokens, rules }) => {
    const findings = checkCss(toCss(tokens, table.defaults, rules), table.design);
    state.textContent = findings.length ? `${findings.length} in the style sheet:` : 'The style sheet is in order.';
    list.replaceChildren(...findings.map((finding) => row(finding, show)));
  };
  button.addEventListener('click', async () => {
    button.disabled = true;
    scenes.replaceChildren();
    try {
      const found = await studio.check((done, all) => (seen.textContent = `${done} of ${all} scenes …`));
      if (!found) return (seen.textContent = 'Stopped: something else is shown now.');
      const merged = new Map();
      for (const finding of found) {
        const key = `${finding.rule} ${finding.parts.join()} ${finding.message}`;
        if (!merged.has(key)) merged.set(key, { ...finding, where: [] });
        merged.get(key).where.push({ scene: finding.scene, scheme: finding.scheme });
      }
      seen.textContent = merged.size ? `${merged.size} in what is seen:` : 'Every scene is in order, light and dark.';
      scenes.replaceChildren(...[...merged.values()].map((finding) => row(finding, show)));
    } finally {
      button.disabled = false;
    }
  });
  // What was found holds for what was looked at.
  history.subscribe((now, before) => {
    follow(now);
    if (['tokens', 'rules', 'attributes'].some((name) => now[name] !== before[name])) seen.textContent = scenes.textContent = '';
  });
  follow(history.state);
  return [make('section', { class: 'block' }, make('h2', {}, 'Style sheet'), state, list), make('section', { class: 'block' }, make('h2', {}, 'Scenes'), button, seen, scenes)];
}
