// Writes GeneralCategories.txt and Normalization.txt beside this file, by asking Hugging Face's own library about every code point: what it
// answers is what a tokenizer must answer, whatever Unicode version the running .NET or ICU has. Its parts have different ages: categories
// (Oniguruma) are Unicode 16, "is numeric" (the Rust library) Unicode 17, normalization Unicode 9.
//   npm install tokenizers@0.23.2 && node make_tables.js
const hf = require('tokenizers'), fs = require('fs'), path = require('path');

const all = [];
for (let c = 0; c < 0x110000; c++) if (c < 0xD800 || c > 0xDFFF) all.push(c);
const text = points => points.map(c => String.fromCodePoint(c)).join('');
const points = s => [...s].map(ch => ch.codePointAt(0));
const hex = c => c.toString(16).toUpperCase();
const difference = (a, b) => { const gone = new Set(b); return a.filter(c => !gone.has(c)); };

function preTokenizer(node) {
  const model = { type: 'WordLevel', vocab: { u: 0 }, unk_token: 'u' };
  return hf.Tokenizer.fromString(JSON.stringify({ version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: node, post_processor: null, decoder: null, model })).getPreTokenizer();
}

function matching(regex) { // the code points that a removed delimiter of this pattern takes away
  const split = preTokenizer({ type: 'Split', pattern: { Regex: regex }, behavior: 'Removed', invert: false }), left = new Set();
  for (let i = 0; i < all.length; i += 4096)
    for (const [piece] of split.preTokenizeString(text(all.slice(i, i + 4096)))) for (const c of points(piece)) left.add(c);
  return all.filter(c => !left.has(c));
}

function numeric() {
  const digits = preTokenizer({ type: 'Digits', individual_digits: false }), found = [];
  for (let i = 0; i < all.length; i += 2048)
    for (const [piece] of digits.preTokenizeString('x' + all.slice(i, i + 2048).map(c => String.fromCodePoint(c) + 'x').join('')))
      if (!piece.includes('x')) found.push(piece.codePointAt(0));
  return found;
}

function ranges(sorted) {
  const found = [];
  for (const c of sorted) {
    const last = found[found.length - 1];
    if (last && last[1] + 1 === c) last[1] = c; else found.push([c, c]);
  }
  return found.map(([a, b]) => a === b ? hex(a) : `${hex(a)}-${hex(b)}`);
}

function lines(key, items) { // wrapped, each line beginning with its key
  const out = [];
  let line = key;
  for (const item of items) {
    if (line.length + item.length > 158) { out.push(line); line = key; }
    line += ' ' + item;
  }
  return line === key ? out : [...out, line];
}

function categories() {
  const names = ['Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'Mn', 'Mc', 'Me', 'Nd', 'Nl', 'No', 'Pc', 'Pd', 'Ps', 'Pe', 'Pi', 'Pf', 'Po', 'Sm', 'Sc', 'Sk', 'So', 'Zs', 'Zl', 'Zp', 'Cc', 'Cf', 'Co'];
  const of = Object.fromEntries(names.map(name => [name, matching(`\\p{${name}}`)]));
  const union = test => names.filter(test).flatMap(name => of[name]);
  return [
    '# General categories as Hugging Face tokenizers 0.23 has them (Unicode 16); what is missing is Cn. Numeric: counted as a number by Digits besides N*.',
    '# Word: matched by \\w besides L*, M*, Nd, Pc. Made by make_tables.js.',
    ...names.flatMap(name => lines(name, ranges(of[name]))),
    ...lines('Numeric', ranges(difference(numeric(), union(name => name[0] === 'N')))),
    ...lines('Word', ranges(difference(matching('\\w'), union(name => 'LM'.includes(name[0]) || name === 'Nd' || name === 'Pc')))),
  ];
}

function combiningClasses() { // c's class is found by whether marks of known classes pass it: one string per known class asks about every c
  const nfd = hf.nfdNormalizer(), known = new Map();
  for (const c of matching('\\p{M}')) {
    const after = [0x334, 0x345].map(r => points(nfd.normalizeString('a' + text([c, r])))[1] === r), before = [0x334, 0x345].map(r => points(nfd.normalizeString('a' + text([r, c])))[1] === c);
    if (after.some(x => x) || before.some(x => x)) known.set(c, 0);
  }
  const marks = [...known.keys()];
  const passes = (a, b) => points(nfd.normalizeString('a' + text([a, b])))[1] === b; // class(b) < class(a)
  // Classes are named by representatives whose class the standard never changes.
  const standard = { 1: 0x334, 6: 0x16FF0, 7: 0x93C, 8: 0x3099, 9: 0x94D, 10: 0x5B0, 11: 0x5B1, 12: 0x5B2, 13: 0x5B3, 14: 0x5B4, 15: 0x5B5, 16: 0x5B6, 17: 0x5B7, 18: 0x5B8, 19: 0x5B9, 20: 0x5BB, 21: 0x5BC, 22: 0x5BD, 23: 0x5BF, 24: 0x5C1, 25: 0x5C2, 26: 0xFB1E, 27: 0x64B, 28: 0x64C, 29: 0x64D, 30: 0x64E, 31: 0x64F, 32: 0x650, 33: 0x651, 34: 0x652, 35: 0x670, 36: 0x711, 84: 0xC55, 91: 0xC56, 103: 0xE38, 107: 0xE48, 118: 0xEB8, 122: 0xEC8, 129: 0xF71, 130: 0xF72, 132: 0xF74, 202: 0x321, 214: 0x1DCE, 216: 0x31B, 218: 0x302A, 220: 0x316, 222: 0x59A, 224: 0x302E, 226: 0x1D16D, 228: 0x302B, 230: 0x300, 232: 0x315, 233: 0x35C, 234: 0x35D, 240: 0x345 };
  const representatives = Object.entries(standard).map(([k, c]) => [+k, c]).filter(([, c]) => known.has(c));
  const byClass = {};
  for (const c of marks) {
    const own = representatives.find(([, r]) => r === c || (!passes(c, r) && !passes(r, c)));
    if (!own) throw new Error(`no class for ${hex(c)}`);
    (byClass[own[0]] ??= []).push(c);
  }
  return byClass;
}

function normalization() {
  const nfc = hf.nfcNormalizer(), nfd = hf.nfdNormalizer(), nfkd = hf.nfkdNormalizer();
  const canonical = [], compatible = [], composed = [];
  const hangul = c => c >= 0xAC00 && c <= 0xD7A3;
  for (const c of all) {
    if (hangul(c)) continue;
    const s = String.fromCodePoint(c), d = nfd.normalizeString(s), k = nfkd.normalizeString(s), target = points(d).map(hex).join(',');
    if (d !== s) canonical.push(`${hex(c)}=${target}`);
    if (k !== d) compatible.push(`${hex(c)}=${points(k).map(hex).join(',')}`);
    if (d !== s && nfc.normalizeString(s) === s) {
      const parts = points(d), first = points(nfc.normalizeString(text(parts.slice(0, -1))));
      if (first.length !== 1) throw new Error(`${hex(c)} is not made of two`);
      composed.push(`${hex(c)}=${hex(first[0])},${hex(parts[parts.length - 1])}`);
    }
  }
  const classes = combiningClasses(), stripped = hf.stripAccentsNormalizer();
  return [
    '# Normalization as Hugging Face tokenizers 0.23 does it (data of Unicode 9), without the Hangul syllables, which follow by arithmetic.',
    '# Class k: combining class k. Canonical, Compatible: full decompositions. Composed: the two a composite is made of. Mark: removed by StripAccents. Made by make_tables.js.',
    ...Object.keys(classes).map(Number).sort((a, b) => a - b).flatMap(k => lines(`Class${k}`, ranges(classes[k]))),
    ...lines('Canonical', canonical), ...lines('Compatible', compatible), ...lines('Composed', composed),
    ...lines('Mark', ranges(all.filter(c => stripped.normalizeString(String.fromCodePoint(c)) === ''))),
  ];
}

const write = (name, content) => fs.writeFileSync(path.join(__dirname, name), content.join('\n') + '\n');
write('GeneralCategories.txt', categories());
write('Normalization.txt', normalization());
