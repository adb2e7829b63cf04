// Rules of the theme checker for a style sheet: names that the widget does not have, and values
// that do not parse. Runs in any browser; used by `cargo xtask theme` and the studio.

const CSS_WIDE = /^(inherit|initial|unset|revert|revert-layer)$/i;
/** Transitions that are allowed under reduced motion, since they move nothing. */
const STILL_TRANSITION =
  /^(none|all 0s|0s|(color|background|background-color|border-color|box-shadow|fill|opacity|outline|outline-color|stroke|visibility)\b.*)$/;
const MOTION = /^(animation|transition)(-|$)/;
/** At-rules whose declarations are not about elements. */
const DESCRIPTORS = /^@(-\w+-)?(font-face|font-feature-values|property|counter-style|keyframes|page)\b/i;

/** Blanks out comments, so that all other characters keep their positions. */
const withoutComments = (css) => css.replace(/\/\*[^]*?(\*\/|$)/g, (comment) => comment.replace(/[^\n]/g, ' '));

/** End of the string or bracket that begins at `at`. */
function endOf(css, at) {
  const close = { '(': ')', '[': ']' }[css[at]];
  for (let index = at + 1; index < css.length; index++) {
    if (css[index] === '\\') index++;
    else if (css[index] === (close ?? css[at])) return index;
    else if (close && /["'([]/.test(css[index])) index = endOf(css, index);
    // An unclosed string ends with its line.
    else if (!close && css[index] === '\n') return index;
  }
  return css.length;
}

/**
 * Parses a style sheet into rules: `{selector, around, declarations: [{property, value, line}],
 * line}`, `around` being the enclosing at-rules and rules; and into `problems`, which are syntax
 * errors.
 */
export function readCss(text) {
  const css = withoutComments(text);
  const starts = [0, ...[...css.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const lineAt = (at) => starts.findLastIndex((start) => start <= at) + 1;
  const rules = [];
  const problems = [];
  const openRules = [];
  let from = 0;
  for (let at = 0; at <= css.length; at++) {
    if (/["'([]/.test(css[at] ?? '')) {
      at = endOf(css, at);
      continue;
    }
    if (at < css.length && !'{};'.includes(css[at])) continue;
    const chunk = css.slice(from, at);
    const statement = chunk.trim();
    const line = lineAt(from + chunk.search(/\S|$/));
    from = at + 1;
    if (css[at] === '{') {
      const rule = { selector: statement, around: openRules.map(({ selector }) => selector), declarations: [], line };
      rules.push(rule);
      openRules.push(rule);
      continue;
    }
    if (statement && !statement.startsWith('@')) {
      const [, property, value] = /^([\w-]+)\s*:\s*([^]*)$/.exec(statement) ?? [];
      const rule = openRules.at(-1);
      if (!property || !rule) problems.push({ line, message: `this is no declaration: ${statement.slice(0, 60)}` });
      else rule.declarations.push({ property, value: value.replace(/\s*!important\s*$/i, '').trim(), line });
    }
    if (css[at] === '}' && !openRules.pop()) problems.push({ line: lineAt(at), message: 'this } closes nothing' });
  }
  for (const rule of openRules) problems.push({ line: rule.line, message: 'this rule is never closed' });
  return { rules, problems };
}

/** Damerau-Levenshtein distance: letters to change, insert, leave out, or swap with the next. */
function distance(one, other) {
  let before = [];
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const isSwapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      next[j] = Math.min(
        row[j] + 1,
        next[j - 1] + 1,
        row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1),
        isSwapped ? before[j - 2] + 1 : Infinity,
      );
    }
    [before, row] = [row, next];
  }
  return row[other.length];
}

/** Returns the name that was probably meant, if any is near enough. */
export function nearest(name, names) {
  const best = names.map((other) => [distance(name, other), other]).sort(([a], [b]) => a - b)[0];
  return best && best[0] <= Math.max(2, name.length / 2) ? best[1] : undefined;
}

const unknownMessage = (kind, name, names) => {
  const suggestion = nearest(name, names);
  return `unknown ${kind} ${name}${suggestion ? `; did you mean ${suggestion}?` : ''}`;
};

/** Returns the parts that a selector names. */
export const partsOf = (selector) => [...selector.matchAll(/::part\(([^)]*)\)/g)].flatMap(([, names]) => names.trim().split(/\s+/));

const isReduced = (rule) => [rule.selector, ...rule.around].some((prelude) => /prefers-reduced-motion\s*:\s*no-preference/.test(prelude));
const isForReduced = (rule) => rule.around.some((prelude) => /prefers-reduced-motion(\s*:\s*reduce)?\s*\)/.test(prelude));

/** Whether a declaration only changes colours, or nothing. */
function isStill({ property, value }) {
  if (/^(animation|transition)-(delay|timing-function|play-state|behavior|composition|direction|fill-mode|iteration-count)$/.test(property)) return true;
  const seconds = [...value.matchAll(/(\d*\.?\d+)m?s\b/g)].map(([, number]) => Number(number));
  if (seconds.length && seconds.every((time) => time === 0)) return true;
  if (property === 'transition') return value.split(/,(?![^(]*\))/).every((one) => STILL_TRANSITION.test(one.trim()));
  if (property === 'transition-property') return value.split(',').every((one) => STILL_TRANSITION.test(one.trim()));
  return value === 'none';
}

/**
 * Returns all findings about a style sheet, `[{rule, line, message}]`, sorted by line. `design`:
 * styles/design.json.
 */
export function checkCss(text, design, supports = (property, value) => CSS.supports(property, value)) {
  const { rules, problems } = readCss(text);
  const tokens = new Map(design.tokens.map((token) => [token.name, token]));
  const names = (list) => list.map(({ name }) => name);
  const findings = problems.map((problem) => ({ rule: 'syntax', ...problem }));
  const report = (rule, line, message) => findings.push({ rule, line, message });

  const checkToken = ({ property, value, line }) => {
    const token = tokens.get(property);
    if (!token) return report('unknown-token', line, unknownMessage('token', property, [...tokens.keys()]));
    if (CSS_WIDE.test(value) || /\bvar\(/.test(value)) return;
    const [testProperty, form] = token.check.split(': ');
    if (value && supports(testProperty, form.replace('VALUE', value))) return;
    const unit = /^[+-]?\d*\.?\d+$/.test(value) && /length/.test(token.kind) ? `; it needs a unit: ${value}px` : '';
    report('value', line, `${property}: ${value || 'nothing'} is no ${token.syntax}${unit}`);
  };
  const checkOther = ({ property, value, line }) => {
    if (/^-/.test(property) || /\b(var|env)\(/.test(value) || supports(property, value)) return;
    report('value', line, supports(property, 'inherit') ? `${property} does not take ${value || 'nothing'}` : `there is no property ${property}`);
  };

  for (const rule of rules) {
    if ([rule.selector, ...rule.around].some((prelude) => DESCRIPTORS.test(prelude))) continue;
    const selectors = [rule.selector, ...rule.around].filter((prelude) => !prelude.startsWith('@')).join(' ');
    const isForWidget = /chataibot-widget|::part\(/.test(selectors);
    const known = names(design.parts);
    for (const part of partsOf(rule.selector)) {
      if (!known.includes(part)) report('unknown-part', rule.line, unknownMessage('part', part, known));
    }
    const states = isForWidget ? [...rule.selector.matchAll(/:state\(([^)]*)\)/g)].map(([, name]) => name.trim()) : [];
    for (const state of states) {
      if (!names(design.states).includes(state))
        report('unknown-state', rule.line, unknownMessage('state', state, names(design.states)));
    }
    for (const declaration of rule.declarations) {
      const { property, value, line } = declaration;
      if (property.startsWith('--chataibot-')) checkToken(declaration);
      else if (isForWidget) checkOther(declaration);
      for (const [used] of value.matchAll(/--chataibot-[\w-]+/g)) {
        if (!tokens.has(used)) report('unknown-token', line, unknownMessage('token', used, [...tokens.keys()]));
      }
      const isUnwelcomeMotion =
        MOTION.test(property) && isForWidget && !isStill(declaration) && !isReduced(rule) && !isForReduced(rule);
      const turnsItOff = (other) =>
        isForReduced(other) && partsOf(rule.selector).every((part) => partsOf(other.selector).includes(part)) &&
        other.declarations.some((one) => one.property.split('-')[0] === property.split('-')[0] && isStill(one));
      if (isUnwelcomeMotion && !rules.some(turnsItOff)) {
        report('motion', line, `${property} also where motion is unwelcome: put it into @media (prefers-reduced-motion: no-preference)`);
      }
    }
  }
  return findings.sort((one, other) => one.line - other.line);
}

/** Returns the line of the last declaration of such a property in a rule for one of these parts. */
export function lineOf(text, parts, properties) {
  const { rules } = readCss(text);
  const found = rules.filter((rule) => partsOf(rule.selector).some((part) => parts.includes(part)));
  return found.flatMap(({ declarations }) => declarations).findLast(({ property }) => properties.test(property))?.line;
}
