//! Generates a font in which every character is half an em wide, so that text takes the same space
//! on every machine. The OpenType file has one glyph, a plain square, and a table that maps all of
//! Unicode to it.

/** Serializes `[size, value]` pairs as big-endian bytes. */
function pack(...fields) {
  const bytes = [];
  for (const [size, value] of fields) for (let at = size - 1; at >= 0; at--) bytes.push(Math.floor(value / 2 ** (8 * at)) & 255);
  return bytes;
}
const u16 = (...values) => pack(...values.map((value) => [2, value & 0xffff]));
const u32 = (...values) => pack(...values.map((value) => [4, value]));

const EM = 1000;
const WIDTH = 500;
const [ASCENT, DESCENT] = [800, 200];

/** A square, so that people see where text is. */
const glyph = [
  ...u16(1, 50, 0, WIDTH - 50, 600),
  ...u16(3, 0),
  1, 1, 1, 1,
  ...u16(50, WIDTH - 100, 0, -(WIDTH - 100)),
  ...u16(0, 0, 600, 0),
];

const text = (word) => [...word].flatMap((letter) => u16(letter.charCodeAt(0)));

function nameTable() {
  const names = [[1, 'Even'], [2, 'Regular'], [3, 'Even'], [4, 'Even'], [6, 'Even']];
  let offset = 0;
  const records = names.flatMap(([id, word]) => {
    const record = u16(3, 1, 0x409, id, word.length * 2, offset);
    offset += word.length * 2;
    return record;
  });
  return [...u16(0, names.length, 6 + records.length), ...records, ...names.flatMap(([, word]) => text(word))];
}

/** `cmap` format 13: many characters, one glyph. */
const many = [...u16(13, 0), ...u32(28, 0, 1), ...u32(0, 0x10ffff, 1)];

const TABLES = {
  'OS/2': [
    ...u16(4, WIDTH, 400, 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50, 300, 0),
    ...Array(10).fill(0), ...u32(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff), ...[...'NONE'].map((letter) => letter.charCodeAt(0)),
    ...u16(64, 0, 0xffff, ASCENT, -DESCENT, 0, ASCENT, DESCENT), ...u32(1, 0), ...u16(500, 600, 0, 32, 1),
  ],
  cmap: [...u16(0, 1), ...u16(3, 10), ...u32(12), ...many],
  glyf: glyph,
  head: [...u32(0x00010000, 0x00010000, 0, 0x5f0f3cf5), ...u16(3, EM), ...u32(0, 0, 0, 0), ...u16(0, 0, WIDTH, 600, 0, 8, 2, 1, 0)],
  hhea: [...u32(0x00010000), ...u16(ASCENT, -DESCENT, 0, WIDTH, 0, 0, WIDTH, 1, 0, 0, 0, 0, 0, 0, 0, 2)],
  hmtx: u16(WIDTH, 0, WIDTH, 50),
  loca: u32(0, 0, glyph.length),
  maxp: [...u32(0x00010000), ...u16(2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)],
  name: nameTable(),
  post: [...u32(0x00030000, 0), ...u16(-100, 50), ...u32(0, 0, 0, 0, 0)],
};

function checksum(bytes) {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.slice(at, at + 4).reduce((word, byte, place) => word + byte * 2 ** (24 - 8 * place), 0)) % 2 ** 32;
  return sum;
}

/** Returns the font file, in base64. */
export function evenFont() {
  const names = Object.keys(TABLES).sort((one, other) => (one < other ? -1 : 1));
  const head = 12 + names.length * 16;
  const records = [];
  const body = [];
  for (const name of names) {
    const bytes = TABLES[name];
    records.push(...[...name].map((letter) => letter.charCodeAt(0)), ...u32(checksum(bytes), head + body.length, bytes.length));
    body.push(...bytes, ...Array((4 - (bytes.length % 4)) % 4).fill(0));
  }
  const power = Math.floor(Math.log2(names.length));
  return Buffer.from([...u32(0x00010000), ...u16(names.length, 2 ** power * 16, power, names.length * 16 - 2 ** power * 16), ...records, ...body]).toString('base64');
}
