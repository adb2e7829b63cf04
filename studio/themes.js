// Themes to start from: style sheets as a page would write them, parsed into tokens and rules.

/** Title and description of each theme, by file. */
export const THEMES = {
  slate: { title: 'Slate', line: 'Quiet and corporate' },
  confetti: { title: 'Confetti', line: 'Playful, warm, very round' },
  glass: { title: 'Glass', line: 'The page shines through' },
  harbour: { title: 'Harbour', line: 'Sea green on soft paper' },
  press: { title: 'Press', line: 'Like a page of print' },
  ink: { title: 'Ink', line: 'Black on white, sharp edges' },
  terminal: { title: 'Terminal', line: 'One typeface, one colour' },
  contrast: { title: 'Contrast', line: 'Every edge is drawn' },
  compact: { title: 'Compact', line: 'Dense, for tools' },
  follow: { title: 'Follow', line: 'The page’s own font and colours' },
};

const PREFIX = '--chataibot-';

/** Fetches a theme's `{tokens, rules}`. */
export async function loadTheme(name) {
  const response = await fetch(new URL(`themes/${name}.css`, import.meta.url));
  if (!response.ok) throw new Error(`the theme ${name} cannot be fetched: ${response.status}`);
  return readTheme(await response.text());
}

/** Splits a style sheet into the element's tokens and, as text, other rules. Needs a browser. */
export function readTheme(css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const tokens = {};
  const rules = [];
  for (const rule of sheet.cssRules) {
    if (rule.selectorText !== 'chataibot-widget') {
      rules.push(formatRule(rule));
      continue;
    }
    const others = [];
    for (const name of rule.style) {
      if (name.startsWith(PREFIX)) tokens[name.slice(PREFIX.length)] = rule.style.getPropertyValue(name).trim();
      else others.push(`  ${name}: ${rule.style.getPropertyValue(name)};`);
    }
    if (others.length) rules.push(`chataibot-widget {\n${others.join('\n')}\n}`);
  }
  return { tokens, rules: rules.join('\n\n') };
}

/** Formats a rule over several lines. */
const formatRule = (rule) => (rule.style && rule.cssText.startsWith(rule.selectorText) ? `${rule.selectorText} {\n  ${rule.style.cssText.replaceAll(/; (?=[\w-]+:)/g, ';\n  ')}\n}` : rule.cssText);
