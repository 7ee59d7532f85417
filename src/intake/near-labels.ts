/** Labels that may be one label spelled in two ways. Nothing is merged: a person is told. */
export interface NearLabel {
  readonly label: string;
  /** What tells the two apart. */
  readonly differsBy: 'letter case' | 'separators' | 'look-alike letters' | 'accents' | 'order of words' | 'one letter';
}

/** Labels shorter than this are not compared letter by letter: "up" is not a misspelt "us". */
const shortestForEdit = 4;

/** Remembers labels, and finds one that a label is near to, in time that does not depend on how many it knows. */
export class NearLabels {
  private readonly labels = new Set<string>();
  private readonly byKey = new Map<string, string>();
  /** Label with one letter left out -> a label; two labels that are one edit apart share one. */
  private readonly byDeletion = new Map<string, string[]>();

  constructor(labels: Iterable<string> = []) {
    for (const label of labels) this.add(label);
  }

  add(label: string): void {
    if (this.labels.has(label)) return;
    this.labels.add(label);
    for (const key of keysOf(label)) if (!this.byKey.has(key)) this.byKey.set(key, label);
    const bare = compact(label);
    for (const shorter of deletionsOf(bare))
      this.byDeletion.set(shorter, [...(this.byDeletion.get(shorter) ?? []), label]);
  }

  /** The nearest label but itself. */
  find(label: string): NearLabel | undefined {
    const [byCase, bySeparators, byLook, byAccents, byWords] = keysOf(label).map((key) => this.byKey.get(key)) as (
      | string
      | undefined
    )[];
    const found = [
      [byCase, 'letter case'],
      [bySeparators, 'separators'],
      [byLook, 'look-alike letters'],
      [byAccents, 'accents'],
      [byWords, 'order of words'],
    ] as const;
    for (const [near, differsBy] of found) if (near !== undefined && near !== label) return { label: near, differsBy };
    const edited = this.findEdited(label);
    return edited === undefined ? undefined : { label: edited, differsBy: 'one letter' };
  }

  private findEdited(label: string): string | undefined {
    const bare = compact(label);
    for (const shorter of deletionsOf(bare)) {
      const near = this.byDeletion.get(shorter)?.find((other) => other !== label && isOneEdit(bare, compact(other)));
      if (near !== undefined) return near;
    }
    return undefined;
  }
}

/** From the strictest likeness to the loosest; each has a prefix of its own. */
function keysOf(label: string): string[] {
  const folded = fold(label);
  const look = fold(lookAlike(label));
  return [
    `case ${folded}`,
    `bare ${withoutSeparators(folded)}`,
    `look ${withoutSeparators(look)}`,
    `base ${compact(label)}`,
    `words ${wordsOf(label)}`,
  ];
}

const fold = (label: string) => label.toUpperCase().toLowerCase();
const separators = /[\s\p{Pd}\p{Pc}/.,:;|&+]+/gu;
const withoutSeparators = (label: string) => label.replace(separators, '');
const compact = (label: string) => withoutSeparators(fold(lookAlike(label)).normalize('NFKD').replace(/\p{M}/gu, ''));

/** The label's words, also those of camelCase, in one order. */
function wordsOf(label: string): string {
  const parted = lookAlike(label).replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  return fold(parted).split(separators).filter(Boolean).sort().join(' ');
}

/** Cyrillic and Greek letters that look like Latin ones, in pairs. */
const pairs =
  '\u0430a\u0435e\u043eo\u0440p\u0441c\u0443y\u0445x\u0456i\u0458j\u0455s\u04bbh\u0501d\u051bq\u051dw' +
  '\u0410A\u0412B\u0415E\u041aK\u041cM\u041dH\u041eO\u0420P\u0421C\u0422T\u0423Y\u0425X\u0406I\u0408J\u0405S' +
  '\u03b1a\u03bfo\u03c1p\u03bdv\u03c5u\u03b9i\u03bak\u03c7x\u0131i' +
  '\u0391A\u0392B\u0395E\u0396Z\u0397H\u0399I\u039aK\u039cM\u039dN\u039fO\u03a1P\u03a4T\u03a5Y\u03a7X';
const latin = new Map(
  Array.from({ length: pairs.length / 2 }, (_, index) => [pairs[2 * index]!, pairs[2 * index + 1]!]),
);

/** Width and ligatures by Unicode NFKC. */
function lookAlike(label: string): string {
  return label
    .normalize('NFKC')
    .replace(/[\p{Script=Cyrillic}\p{Script=Greek}\u0131]/gu, (letter) => latin.get(letter) ?? letter);
}

function deletionsOf(label: string): string[] {
  if (label.length < shortestForEdit) return [];
  return [label, ...Array.from(label, (_, index) => label.slice(0, index) + label.slice(index + 1))];
}

/** One letter more, less, other, or two swapped. Digits must agree: "plan 1" and "plan 2" are two plans. */
function isOneEdit(a: string, b: string): boolean {
  const digits = (label: string) => label.replace(/\P{Nd}+/gu, ' ').trim();
  if (a === b || Math.abs(a.length - b.length) > 1 || digits(a) !== digits(b)) return false;
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}
