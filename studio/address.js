// Serializer and parser of the state in the address's hash, for sharing: readable, and only what
// differs from the default. Hashes are untrusted input and are validated strictly.

/**
 * State of a fresh studio. `tokens`: values by name without `--chataibot-`; `attributes`: of the
 * element.
 */
export const BEGIN = {
  scene: 'greeting',
  width: 'desktop',
  scheme: 'light',
  rtl: false,
  forced: false,
  point: false,
  zoom: 1,
  locale: '',
  theme: '',
  rules: '',
  attributes: {},
  tokens: {},
};

const TOKEN = /^[a-z][a-z0-9-]{0,60}$/;
/** Attributes of the look; an address must not set where a chat connects to. */
export const LOOKS = ['theme', 'mode', 'position', 'launcher', 'heading', 'subheading', 'greeting', 'launcher-label'];
/** Maximum length of a hash, more than the studio ever writes. */
const MAX_LENGTH = 20_000;

/** Whether the value can be part of a declaration without ending it. */
export const isValue = (value) => value.length < 2_000 && !/[{};]|\/\*/.test(value);

/** Serializes the state to the hash, without `#`. */
export function toHash(state) {
  const params = new URLSearchParams();
  for (const [name, initial] of Object.entries(BEGIN)) {
    const value = state[name];
    if (typeof initial === 'object' || value === initial) continue;
    params.set(name, typeof initial === 'boolean' ? '1' : String(value));
  }
  for (const [name, value] of Object.entries(state.attributes)) if (value) params.set(`a-${name}`, value);
  for (const [name, value] of Object.entries(state.tokens)) params.set(`t-${name}`, value);
  return params.toString();
}

/**
 * Parses the hash into a state. `known`: `{scenes, widths, themes, locales}`, the valid values;
 * anything else is ignored.
 */
export function fromHash(hash, known) {
  const state = { ...BEGIN, attributes: {}, tokens: {} };
  if (hash.length > MAX_LENGTH) return state;
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const allowedValues = { scene: [...known.scenes, 'wall'], width: known.widths, scheme: ['light', 'dark'], theme: known.themes, locale: known.locales };
  for (const [name, value] of params) {
    const key = name.slice(2);
    if (allowedValues[name]?.includes(value)) state[name] = value;
    else if (['rtl', 'forced', 'point'].includes(name)) state[name] = value === '1';
    else if (name === 'zoom' && value >= 1 && value <= 4) state.zoom = Number(value);
    else if (name === 'rules') state.rules = value;
    else if (name.startsWith('a-') && LOOKS.includes(key)) state.attributes[key] = value;
    else if (name.startsWith('t-') && TOKEN.test(key) && isValue(value)) state.tokens[key] = value;
  }
  return state;
}
