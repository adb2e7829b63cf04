// Panel of findings, by the rules of `cargo xtask theme`: for the style sheet at once, and for
// every scene in light and dark on request.

import { checkCss } from './check_css.js';
import { toCss } from './export.js';
import { make } from './nodes.js';

const TITLES = {
  'unknown-token': 'Token',
  'unknown-part': 'Part',
  'unknown-state': 'State',
  contrast: 'Contrast',
  'text-size': 'Text size',
  'target-size': 'Size of targets',
  motion: 'Motion',
  focus: 'Focus',
};

function row({ rule, message, parts, line, where = [] }, show) {
  const location = [line && `line ${line}`, parts?.length && parts.map((part) => `::part(${part})`).join(' ')].filter(Boolean).join(', ');
  const [firstPlace] = where;
  return make('li', {},
    make('b', {}, TITLES[rule] ?? (rule[0].toUpperCase() + rule.slice(1)).replaceAll('-', ' ')), ` ${message}`,
    location && make('small', {}, location),
    firstPlace && make('button', { type: 'button', class: 'quiet', onclick: () => show(firstPlace) }, `${firstPlace.scheme}, ${firstPlace.scene}${where.length > 1 ? ` and ${where.length - 1} more` : ''}`));
}

export function checkPanel(studio) {
  const { history, table } = studio;
  const sheetFindings = make('ul', { class: 'findings' });
  const sceneFindings = make('ul', { class: 'findings' });
  const sheetStatus = make('p', { class: 'note', role: 'status' });
  const sceneStatus = make('p', { class: 'note', role: 'status' });
  const show = ({ scene, scheme }) => history.change({ scene, scheme });
  const button = make('button', { type: 'button', class: 'main' }, 'Check every scene');

  const update = ({ tokens, rules }) => {
    const findings = checkCss(toCss(tokens, table.defaults, rules), table.design);
    sheetStatus.textContent = findings.length
      ? `${findings.length} in the style sheet:`
      : 'The style sheet is in order.';
    sheetFindings.replaceChildren(...findings.map((finding) => row(finding, show)));
  };
  button.addEventListener('click', async () => {
    button.disabled = true;
    sceneFindings.replaceChildren();
    try {
      const checked = await studio.check((done, all) => (sceneStatus.textContent = `${done} of ${all} scenes …`));
      if (!checked) return (sceneStatus.textContent = 'Stopped: something else is shown now.');
      const { found, alone } = checked;
      const merged = new Map();
      for (const finding of found) {
        const key = `${finding.rule} ${finding.parts.join()} ${finding.message}`;
        if (!merged.has(key)) merged.set(key, { ...finding, where: [] });
        merged.get(key).where.push({ scene: finding.scene, scheme: finding.scheme });
      }
      const { theme } = history.state.attributes;
      const verdict = merged.size ? `${merged.size} in what is seen:` : `Every scene is in order, ${/^(light|dark)$/.test(theme) ? theme : 'light and dark'}.`;
      // The focus was in use elsewhere, so it was not checked in these scenes, which must not read
      // as passed.
      const skipped = alone && `The focus was not looked at in ${alone} of them, as a field had it.`;
      sceneStatus.textContent = [skipped, verdict].filter(Boolean).join(' ');
      sceneFindings.replaceChildren(...[...merged.values()].map((finding) => row(finding, show)));
    } finally {
      button.disabled = false;
      // The check moved the focus through the preview's controls.
      if (document.activeElement.matches('body, iframe')) button.focus();
    }
  });
  // Findings are outdated once what was checked has changed.
  history.subscribe((state, before) => {
    update(state);
    if (['tokens', 'rules', 'attributes'].some((name) => state[name] !== before[name])) {
      sceneStatus.textContent = sceneFindings.textContent = '';
    }
  });
  update(history.state);
  return [make('section', { class: 'block' }, make('h2', {}, 'Style sheet'), sheetStatus, sheetFindings), make('section', { class: 'block' }, make('h2', {}, 'Scenes'), make('p', { class: 'note' }, 'Contrast, sizes, motion, and whether the focus is seen: it moves through the preview meanwhile.'), button, sceneStatus, sceneFindings)];
}
