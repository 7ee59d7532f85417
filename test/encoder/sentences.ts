/** Sentences for the parity tests: short and long, plain and odd. */

/** 1 to about 40 tokens. */
export const plainSentences: readonly string[] = [
  'Yes',
  'no',
  'hello',
  'Hello!',
  'THANK YOU',
  'How old are you?',
  'What is your age?',
  'Where is my parcel?',
  'My card was declined twice this morning.',
  'I would like a refund for order 48213, please.',
  'The dog bit the man.',
  'The man bit the dog.',
  'Reset my password',
  'it does not work',
  "It doesn't work, and I don't know why.",
  'The quick brown fox jumps over the lazy dog.',
  'Water boils at 100 degrees Celsius.',
  'pneumonoultramicroscopicsilicovolcanoconiosis',
  'e-mail: support@example.org',
  'Visit https://example.org/help?id=7&lang=en for details.',
  'Version 3.14.159 was released on 2024-02-29.',
  'Cancel my subscription immediately!!!',
  'PLEASE STOP SENDING ME E-MAILS',
  'She said: "I will not go."',
  "He answered: 'Perhaps.'",
  'The meeting starts at 10:30, not at 11:00.',
  'Shopping list: eggs, milk, bread; nothing else.',
  'a b c d e f g',
  '1 2 3 4 5 6 7 8 9 10',
  'f(x) = a*x^2 + b*x + c',
  'if (a < b && c > d) { return a[0]; }',
  'The price rose by 3.5% to $1,299.00.',
  'Is it true that cats always land on their feet?',
  'Rain in the north, sun in the south, wind everywhere.',
  'I love this product.',
  'I hate this product.',
  'The bank approved the loan after two weeks of checks.',
  'We sat on the bank of the river and ate sandwiches.',
  'Can you transfer 200 euros to my savings account?',
  'My flight was cancelled; which hotel do I get?',
];

/** Unicode in many forms, white space, control-like text, emoji, unknown characters. */
export const oddSentences: readonly string[] = [
  ' ',
  '  ',
  ' leading space',
  'trailing space ',
  'two  spaces   and more',
  'tab\tand\nnew line',
  'no\u00a0break\u00a0space',
  'caf\u00e9 and cafe\u0301 are the same',
  'na\u00efve fa\u00e7ade \u2014 d\u00e9j\u00e0 vu',
  'Stra\u00dfe, \u00dcber, \u00c4pfel',
  '\ufb01ne \ufb02ow \u2460 \u00bd \u00b2 \u2122',
  '\uff26\uff55\uff4c\uff4c \uff57\uff49\uff44\uff54\uff48',
  '\u201ccurly quotes\u201d and \u2018single ones\u2019',
  'price \u201d5 and \u201d5 again',
  'ellipsis\u2026 and dash \u2013 and bullet \u2022',
  'happy \u{1f600} family \u{1f468}\u200d\u{1f469}\u200d\u{1f467} flag \u{1f1e9}\u{1f1ea}',
  '\u{1f680}\u{1f680}\u{1f680}',
  '\u65e5\u672c\u8a9e\u306e\u6587\u7ae0\u3067\u3059\u3002',
  '\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!',
  '\u0645\u0631\u062d\u0628\u0627 \u0628\u0643',
  'mixed \u65e5\u672c and \u0440\u0443\u0441 words',
  '<s> </s> <unk> <pad>',
  '\ufffd and \ufffd\ufffd',
  '\u2581already\u2581marked',
  'extra_token_id_1 extra_token_id_2',
  'a:b a::b a: b',
  'see you at 12:30:45 :)',
  'smile :-) frown :( wink ;)',
  'ratio 3:00 or 4:30',
  'http://a.b ftp://c.d',
  'zero\u200bwidth',
  '\u2603 snow \u2603\u2603 man',
  '!!!???...,,,;;;',
  '----====____',
  '((((((nested))))))',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  'ALLCAPSWITHOUTSPACES',
  'camelCaseWordsAndSnake_case_words',
  '\\backslash\\ /slash/ |pipe|',
  '\u2592\u2550\u2591\u25ba',
  '0',
  '\u0663\u0664\u0665',
  'x\u0301\u0302\u0303 stacked marks',
];

const subjects = [
  'my order',
  'the new phone',
  'your colleague',
  'an old invoice',
  'this app',
  'the blue jacket',
  'our contract',
];
const predicates = ['has not arrived', 'stopped working', 'was charged twice', 'looks wonderful', 'needs a signature'];
const endings = [
  'since Monday.',
  'again?',
  'and I am not amused!',
  'in Berlin, at 9 a.m.',
  '(see the attachment)',
  '\u2014 thanks',
  'AT ALL',
];

/** 245 different sentences. */
export const composedSentences: readonly string[] = subjects.flatMap((subject) =>
  predicates.flatMap((predicate) => endings.map((ending) => `${subject} ${predicate} ${ending}`)),
);

/** About 150 and 400 tokens: beyond the 128 that the model reads. */
export const longSentences: readonly string[] = [
  composedSentences.slice(0, 15).join(' '),
  composedSentences.slice(100, 140).join(' and then '),
];

/** Exactly 128 and 129 tokens: "\u2581the" is one piece. */
export const sentencesAtTheLimit: readonly string[] = [128, 129].map((count) =>
  Array.from({ length: count }, () => 'the').join(' '),
);

/** Runs of one character have several best splits: the same pieces in another order. */
export const tiedSentences: readonly string[] = ['00000000000000000000'];
