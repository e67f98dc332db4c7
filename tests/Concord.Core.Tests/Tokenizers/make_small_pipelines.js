// Writes small_pipelines.jsonl beside this file: small tokenizer files, one a line, each turning on one node or flag, and what Hugging Face's own library makes of texts that tell.
//   npm install tokenizers@0.23.2 && node make_small_pipelines.js
const { Tokenizer } = require('tokenizers'), fs = require('fs'), path = require('path');

const vocab = {};
for (const token of ['<unk>', ...'abcdefghijklmnopqrstuvwxyzABC0123456789.,! \u2581\t\n\u0120', 'ab', '\u2581a', '\u2581ab', 'abc', 'a.', '.b', '..', '12', '\u0120a']) vocab[token] = Object.keys(vocab).length;
const merges = ['a b', '\u2581 a', '\u2581 ab', 'ab c', 'a .', '. b', '. .', '1 2', '\u0120 a'];
const next = Object.keys(vocab).length, lines = [];

async function add(name, texts, nodes, model) {
  const file = {
    version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...nodes,
    model: { type: 'BPE', dropout: null, unk_token: '<unk>', continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges, ...model },
  };
  const tokenizer = Tokenizer.fromString(JSON.stringify(file)), cases = [];
  for (const text of texts) {
    const ids = Array.from((await tokenizer.encode(text)).getIds());
    cases.push({ text, ids, decoded: await tokenizer.decode(ids, false), without_special: await tokenizer.decode(ids, true) });
  }
  lines.push(JSON.stringify({ name, file, cases }));
}

const split = (pattern, behavior, invert = false) => ({ pre_tokenizer: { type: 'Split', pattern, behavior, invert } });
const added = (content, flags = {}, id = next) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: false, ...flags });
const byteLevel = (prefix, regex) => ({ type: 'ByteLevel', add_prefix_space: prefix, trim_offsets: true, use_regex: regex });

(async () => {
  const dots = ['a.b..c', '..ab', 'abc.', '.', 'a..', 'a...b'];
  for (const behavior of ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'])
    for (const invert of [false, true]) await add(`Split ${behavior} ${invert}`, dots, split({ String: '.' }, behavior, invert));
  await add('Split, empty matches', ['abxxc', 'xx', 'ab', '\u{1F600}ab'], split({ Regex: 'x*' }, 'Isolated'));
  await add('Split, look-behind', ['abcabc', 'cab', 'bc'], split({ Regex: '(?<=a)b|(?<!a)c' }, 'Isolated'));
  await add('Split, lazy and counted', ['aabbcabc', '12345', '1234 12'], split({ Regex: 'a.*?c|\\d{2,3}' }, 'Isolated'));
  for (const scheme of ['always', 'first', 'never'])
    for (const cut of [true, false]) {
      const node = { type: 'Metaspace', replacement: '\u2581', prepend_scheme: scheme, split: cut };
      await add(`Metaspace ${scheme} ${cut}`, ['ab ab', ' ab', 'ab<s>ab', ' <s> ab', '<s>ab  ab', '\u2581ab', '', ' '], { added_tokens: [added('<s>', { special: true })], pre_tokenizer: node, decoder: node });
    }
  await add('single_word', ['de', 'ade', 'de,a', 'a de', 'de1', '.de.', 'dede', '\u00e9de', 'de\u0301', '\u{10400}de'], { added_tokens: [added('de', { single_word: true })] });
  await add('lstrip', ['a <m> b', '  <m>', '<m> <m>', 'a \n\t<m>b', 'a\u00a0<m>'], { added_tokens: [added('<m>', { lstrip: true })] });
  await add('rstrip', ['a <m> b', '<m>  ', '<m> <m>', 'a<m>\n b'], { added_tokens: [added('<m>', { rstrip: true })] });
  await add('lstrip and rstrip', ['a <m> b', ' <m> <m> ', '<m><m>'], { added_tokens: [added('<m>', { lstrip: true, rstrip: true })] });
  await add('normalized', ['cab', 'CAB', 'xCabx', 'BBcab', 'bb'], { normalizer: { type: 'Lowercase' }, added_tokens: [added('CAB', { normalized: true }), added('BB', {}, next + 1)] });
  await add('longest', ['aaaaaaa', 'aaaaa', 'aaa', 'ba'], { added_tokens: [added('aa'), added('aaaa', {}, next + 1), added('aaa', { special: true }, next + 2)] });
  await add('prefix and suffix', ['abc', 'a', 'ab', 'b'], {}, { continuing_subword_prefix: '##', end_of_word_suffix: '</w>', vocab: { '<unk>': 0, a: 1, '##b': 2, '##c</w>': 3, ab: 4, 'a</w>': 5, '##b</w>': 6, 'abc</w>': 7 }, merges: ['a ##b', 'ab ##c</w>'] });
  const strange = ['a\u00e9a', '\u00e9\u00e9', 'a\u00e9\u00e9a', '\u00e9', '\u{1F600}b'];
  await add('unknown', strange, {});
  await add('fuse_unk', strange, {}, { fuse_unk: true });
  await add('no unknown', strange, {}, { unk_token: null });
  await add('byte_fallback', strange, {}, { byte_fallback: true, vocab: { ...vocab, '<0xC3>': next, '<0xA9>': next + 1 } });
  await add('ignore_merges', ['ab', 'abc', 'xy', 'xyz'], {}, { ignore_merges: true, vocab: { ...vocab, xy: next } });
  await add('merges as pairs', ['abc', 'ab', '12'], {}, { merges: merges.map(merge => merge.split(' ')) });
  for (const individual of [false, true]) await add(`Digits ${individual}`, ['a12b3', '123', '\u0661\u06621', '\u00bd1'], { pre_tokenizer: { type: 'Digits', individual_digits: individual } });
  await add('Whitespace', ['ab, ab!! a', '  a\tb ', 'a_b\u00e9 \u{1F600}a'], { pre_tokenizer: { type: 'Whitespace' } });
  await add('WhitespaceSplit', ['ab, ab!! a', '  a\tb ', 'a\u3000b\u200ba'], { pre_tokenizer: { type: 'WhitespaceSplit' } });
  await add('ByteLevel with a prefix', ['ab ab', ' ab', '\tab', ''], { pre_tokenizer: byteLevel(true, true), decoder: byteLevel(true, true) });
  await add('ByteLevel before another', ['ab ab', 'a \u00e9', ' a'], { pre_tokenizer: { type: 'Sequence', pretokenizers: [byteLevel(false, false), { type: 'Split', pattern: { String: '\u0120' }, behavior: 'Isolated', invert: false }] } });
  await add('ByteLevel as normalizer', ['ab a', '\u00e9'], { normalizer: { type: 'ByteLevel' }, decoder: byteLevel(true, true) });
  await add('normalizers', ['  \u00e1xyxb ', '', '\u00e9', 'x'], { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Strip', strip_left: true, strip_right: false }, { type: 'Replace', pattern: { Regex: '[xy]+' }, content: 'a' }, { type: 'Prepend', prepend: 'b' }] } });
  for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) await add(form, ['\uff46\uff49\ufb01', '\u2460\u2461', '\u00c5a\u030a', 'A\u030a'], { normalizer: { type: form } });
  await add('Lowercase', ['ABC', '\u0130', '\u03a3'], { normalizer: { type: 'Lowercase' } });
  const ends = [added('<s>', { special: true }), added('</s>', { special: true }, next + 1)];
  await add('RobertaProcessing', ['ab', ''], { added_tokens: ends, post_processor: { type: 'RobertaProcessing', sep: ['</s>', next + 1], cls: ['<s>', next], trim_offsets: true, add_prefix_space: false } });
  const template = { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }], pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }], special_tokens: { '<s>': { id: '<s>', ids: [next], tokens: ['<s>'] }, '</s>': { id: '</s>', ids: [next + 1], tokens: ['</s>'] } } };
  await add('TemplateProcessing in a sequence', ['ab', ''], { added_tokens: ends, post_processor: { type: 'Sequence', processors: [byteLevel(true, true), template] } });
  await add('decoders', ['bab', 'aa'], { decoder: { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: 'a' }, content: 'xx' }, { type: 'Strip', content: 'x', start: 1, stop: 1 }, { type: 'Fuse' }] } });
  fs.writeFileSync(path.join(__dirname, 'small_pipelines.jsonl'), lines.join('\n') + '\n');
})();
