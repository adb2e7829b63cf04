// The card of design mode: facts about an element, as nested arrays for [build].

const px = (value) => `${Math.round(value * 10) / 10}`;

function boxFacts(element) {
  const { width, height } = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const padding = ['top', 'right', 'bottom', 'left'].map((side) => px(parseFloat(style.getPropertyValue(`padding-${side}`))));
  return [
    ['Size', `${px(width)} × ${px(height)}`],
    ['Padding', new Set(padding).size === 1 ? padding[0] : padding.join(' ')],
    ['Radius', style.borderRadius],
    ['Text', `${style.fontSize} / ${style.fontWeight}`],
  ];
}

const swatch = (value) => (/^#[0-9a-f]{6,8}$/.test(value) ? [['svg', { class: 'swatch', viewBox: '0 0 2 2', 'aria-hidden': 'true' }, [['rect', { width: '2', height: '2', fill: value }]]]] : []);

function tokenRow({ token, properties, value, own, source }) {
  return ['li', {}, [
    ['div', { class: 'token' }, [...swatch(value), ['code', {}, [token]]]],
    ['div', { class: 'value' }, [`${properties.join(', ')}: `, ['code', {}, [own || value]]]],
    ['div', { class: 'source' }, [source === 'default' ? 'default' : `set by ${source}`]],
  ]];
}

export function card({ part, states, selector, exact, element, tokens, reading }) {
  const hint = 'Click or Enter: copy · with Shift: with states · Tab, arrows: walk · [ ]: out, in · Alt: use the chat · Esc: leave';
  return [
    ['header', {}, [['strong', {}, [part]], ...states.map((state) => ['span', { class: 'state' }, [state]])]],
    ['code', { class: 'selector' }, [selector]],
    ...(states.length ? [['code', { class: 'exact' }, [exact]]] : []),
    ['dl', {}, boxFacts(element).flatMap(([name, value]) => [['dt', {}, [name]], ['dd', {}, [value]]])],
    ...(reading
      ? [['p', { class: reading.enough ? 'verdict good' : 'verdict bad' }, [`${reading.kind === 'text' ? 'Text' : 'Sign'}: ${reading.verdict}`]]]
      : []),
    ...(tokens.length ? [['h2', {}, ['Tokens that paint it']], ['ul', {}, tokens.map(tokenRow)]] : [['p', { class: 'none' }, ['No token paints it: use its part.']]]),
    ['p', { class: 'hint' }, [hint]],
  ];
}
