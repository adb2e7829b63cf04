// Colour arithmetic: sRGB and OKLCH, contrast by WCAG 2, and parsing and formatting of CSS colours.

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

/** Converts an sRGB channel (0…1) to linear light. */
const toLinear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const fromLinear = (value) => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

/**
 * Converts `{r, g, b}` (0…1) to `{l, c, h}`, by Björn Ottosson's matrices:
 * https://bottosson.github.io/posts/oklab/
 */
export function toOklch({ r, g, b }) {
  const [red, green, blue] = [r, g, b].map(toLinear);
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  const l = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short;
  const a = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short;
  const y = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short;
  const c = Math.hypot(a, y);
  // A grey has no hue; the hue left by rounding errors would jump.
  return { l, c: c < 0.0002 ? 0 : c, h: c < 0.0002 ? 0 : ((Math.atan2(y, a) * 180) / Math.PI + 360) % 360 };
}

function unclamped({ l, c, h }) {
  const angle = (h * Math.PI) / 180;
  const [a, y] = [c * Math.cos(angle), c * Math.sin(angle)];
  const long = (l + 0.3963377774 * a + 0.2158037573 * y) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * y) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * y) ** 3;
  const linear = [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
  return linear.map(fromLinear);
}

const isInGamut = (channels) => channels.every((channel) => channel >= -0.0005 && channel <= 1.0005);

/** Converts `{l, c, h}` to `{r, g, b}`; a colour outside of sRGB loses chroma until it fits. */
export function fromOklch({ l, c, h }) {
  const lightness = clamp(l, 0, 1);
  let channels = unclamped({ l: lightness, c, h });
  if (!isInGamut(channels)) {
    let [least, most] = [0, c];
    for (let step = 0; step < 20; step++) {
      const middle = (least + most) / 2;
      if (isInGamut(unclamped({ l: lightness, c: middle, h }))) least = middle;
      else most = middle;
    }
    channels = unclamped({ l: lightness, c: least, h });
  }
  const [r, g, b] = channels.map((channel) => clamp(channel, 0, 1));
  return { r, g, b };
}

const toByte = (channel) => Math.round(clamp(channel, 0, 1) * 255);

/** Formats as `#rrggbb`, or as `#rrggbbaa` if it is not opaque. */
export function toHex({ r, g, b, alpha = 1 }) {
  const bytes = [r, g, b, ...(alpha < 1 ? [alpha] : [])].map((channel) =>
    toByte(channel).toString(16).padStart(2, '0'),
  );
  return `#${bytes.join('')}`;
}

/** The colour rounded to 8 bits per channel. */
export const rounded = ({ r, g, b, alpha = 1 }) => ({
  r: toByte(r) / 255,
  g: toByte(g) / 255,
  b: toByte(b) / 255,
  alpha,
});

/** The relative luminance of WCAG 2. */
export const luminance = ({ r, g, b }) => 0.2126 * toLinear(r) + 0.7152 * toLinear(g) + 0.0722 * toLinear(b);

/** Contrast of two opaque colours, 1…21. */
export function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Blends `upper` over the opaque colour `lower`. */
export function over(upper, lower) {
  const { alpha = 1 } = upper;
  const mix = (name) => upper[name] * alpha + lower[name] * (1 - alpha);
  return { r: mix('r'), g: mix('g'), b: mix('b'), alpha: 1 };
}

const parseNumber = (text, whole) => (text === 'none' ? 0 : text.endsWith('%') ? (parseFloat(text) / 100) * whole : parseFloat(text));
const parseAngle = (text) => {
  const value = parseFloat(text);
  const turns = { turn: 360, rad: 180 / Math.PI, grad: 0.9 };
  return (((value * (turns[/[a-z]+$/.exec(text)?.[0]] ?? 1)) % 360) + 360) % 360 || 0;
};

function fromHsl(h, s, l) {
  const channel = (n) => {
    const k = (n + h / 30) % 12;
    return l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return { r: channel(0), g: channel(8), b: channel(4) };
}

function fromOklab(l, a, b) {
  return fromOklch({ l, c: Math.hypot(a, b), h: ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360 });
}

const FUNCTIONS = {
  rgb: ([r, g, b]) => ({ r: parseNumber(r, 255) / 255, g: parseNumber(g, 255) / 255, b: parseNumber(b, 255) / 255 }),
  hsl: ([h, s, l]) =>
    fromHsl(parseAngle(h), parseNumber(s.endsWith('%') ? s : `${s}%`, 1), parseNumber(l.endsWith('%') ? l : `${l}%`, 1)),
  oklch: ([l, c, h]) => fromOklch({ l: parseNumber(l, 1), c: parseNumber(c, 0.4), h: parseAngle(h) }),
  oklab: ([l, a, b]) => fromOklab(parseNumber(l, 1), parseNumber(a, 0.4), parseNumber(b, 0.4)),
  color: ([space, ...channels]) => {
    if (space !== 'srgb' && space !== 'srgb-linear') return null;
    const [r, g, b] = channels.map((channel) =>
      space === 'srgb' ? parseNumber(channel, 1) : fromLinear(parseNumber(channel, 1)),
    );
    return { r, g, b };
  },
};

const NAMES = { black: '#000000', white: '#ffffff', transparent: '#00000000' };

function fromHex(text) {
  const digits = text.slice(1);
  const fullDigits = digits.length < 5 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const [r, g, b, alpha = 1] = fullDigits.match(/../g).map((pair) => parseInt(pair, 16) / 255);
  return { r, g, b, alpha };
}

/**
 * Parses `#…`, `rgb()`, `hsl()`, `oklch()`, `oklab()`, `color(srgb …)`, `color(srgb-linear …)`,
 * black, white and transparent to `{r, g, b, alpha}`; null for anything else, also if a number is
 * missing.
 */
export function parse(text) {
  const colour = String(text ?? '').trim().toLowerCase();
  if (NAMES[colour]) return fromHex(NAMES[colour]);
  if (/^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.test(colour)) return fromHex(colour);
  const [, name, inside] = /^(rgb|hsl|oklch|oklab|color)a?\(([^()]*)\)$/.exec(colour) ?? [];
  if (!name) return null;
  const words = inside.replaceAll(/[,/]/g, ' ').trim().split(/\s+/);
  const channelCount = name === 'color' ? 4 : 3;
  if (words.length < channelCount || words.length > channelCount + 1) return null;
  const alpha = words[channelCount] === undefined ? 1 : parseNumber(words[channelCount], 1);
  const found = FUNCTIONS[name](words.slice(0, channelCount));
  if (!found || ![found.r, found.g, found.b, alpha].every(Number.isFinite)) return null;
  return { r: clamp(found.r, 0, 1), g: clamp(found.g, 0, 1), b: clamp(found.b, 0, 1), alpha: clamp(alpha, 0, 1) };
}

/** Splits at commas outside of parentheses: arguments of a function, layers of a shadow. */
export function splitList(text) {
  const parts = [];
  let [depth, begin] = [0, 0];
  [...text].forEach((letter, at) => {
    if (letter === '(') depth++;
    else if (letter === ')') depth--;
    else if (letter === ',' && depth === 0) {
      parts.push(text.slice(begin, at).trim());
      begin = at + 1;
    }
  });
  return [...parts, text.slice(begin).trim()];
}

/** Splits `light-dark(a, b)` into `[a, b]`; any other value is returned twice. */
export function schemes(value) {
  const inside = /^light-dark\((.*)\)$/s.exec(value.trim())?.[1];
  const both = inside && splitList(inside);
  return both?.length === 2 ? both : [value.trim(), value.trim()];
}

/** The shortest CSS value for both schemes. */
export const lightDark = (light, dark) => (light === dark ? light : `light-dark(${light}, ${dark})`);
