//! JSON schemas for the generated files for editors and design tools. They follow the
//! specifications and are stricter, so that a misspelled name is an error. The Custom Elements
//! Manifest has an official schema.

const text = { type: 'string', minLength: 1 };
const list = (items) => ({ type: 'array', minItems: 1, items });
/** An object with exactly these properties, of which `optional` may be missing. */
const object = (properties, optional = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const draft = { $schema: 'http://json-schema.org/draft-07/schema#' };

/* ---- VS Code: github.com/microsoft/vscode-custom-data ---- */

const named = (pattern) => object({ name: { type: 'string', pattern }, description: text });
const attribute = object({ name: { type: 'string', pattern: '^[a-z][a-z-]*$' }, description: text, values: list(object({ name: text })), valueSet: { const: 'v' } }, ['values', 'valueSet']);

export const vscodeHtml = {
  ...draft,
  ...object({ version: { const: 1.1 }, tags: list(object({ name: { type: 'string', pattern: '^[a-z]+-[a-z-]+$' }, description: text, attributes: list(attribute) })) }),
};

export const vscodeCss = {
  ...draft,
  ...object({
    version: { const: 1.1 },
    // `syntax` is read by stylelint and others; VS Code ignores it.
    properties: list(object({ name: { type: 'string', pattern: '^--[a-z][a-z-]*$' }, syntax: text, description: text })),
    pseudoElements: list(named('^::part\\([a-z-]+\\)$')),
    pseudoClasses: list(named('^:state\\([a-z]+\\)$')),
  }),
};

/* ---- JetBrains web-types: github.com/JetBrains/web-types ---- */

const contribution = object({ name: text, description: text });
const typed = object({ name: text, description: text, default: { type: 'string' }, value: object({ type: text }) });

export const webTypes = {
  ...draft,
  ...object({
    $schema: { const: 'https://json.schemastore.org/web-types' },
    name: text,
    version: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
    'description-markup': { enum: ['html', 'markdown', 'none'] },
    contributions: object({
      html: object({
        elements: list(
          object({
            name: text,
            description: text,
            attributes: list(typed),
            slots: list(contribution),
            js: object({ properties: list(contribution), events: list(contribution) }),
            css: object({ properties: list(contribution), parts: list(contribution) }),
          }),
        ),
      }),
    }),
  }),
};

/* ---- Design Tokens Community Group, 2025.10: www.designtokens.org/tr/2025.10/format/ ---- */

const ratio = { type: 'number', minimum: 0, maximum: 1 };
const ref = (name) => ({ $ref: `#/definitions/${name}` });
const token = (type, value) => object({ $type: { const: type }, $value: { anyOf: [value, ref('alias')] }, $description: text, $extensions: { type: 'object' } }, ['$description', '$extensions']);

export const designTokens = {
  ...draft,
  ...ref('group'),
  definitions: {
    alias: { type: 'string', pattern: '^\\{[^{}$.]+(\\.[^{}$.]+)*\\}$' },
    color: object({ colorSpace: { const: 'srgb' }, components: { type: 'array', items: ratio, minItems: 3, maxItems: 3 }, alpha: ratio, hex: { type: 'string', pattern: '^#[0-9a-f]{6}$' } }, ['alpha']),
    dimension: object({ value: { type: 'number' }, unit: { enum: ['px', 'rem'] } }),
    shadow: object({ color: ref('color'), offsetX: ref('dimension'), offsetY: ref('dimension'), blur: ref('dimension'), spread: ref('dimension'), inset: { type: 'boolean' } }, ['inset']),
    stop: object({ color: ref('color'), position: ratio }),
    token: {
      anyOf: [
        token('color', ref('color')),
        token('dimension', ref('dimension')),
        token('number', { type: 'number' }),
        token('fontFamily', list(text)),
        token('shadow', list(ref('shadow'))),
        token('gradient', list(ref('stop'))),
      ],
    },
    group: {
      type: 'object',
      properties: { $description: text, $extensions: { type: 'object' } },
      // Names must not begin with the `$` of the format's own names, nor contain the characters of
      // an alias.
      patternProperties: { '^[^${}.][^{}.]*$': { anyOf: [ref('token'), ref('group')] } },
      additionalProperties: false,
    },
  },
};
