/**
 * The screen that a program draws on a terminal: what is written to it, as far as ink and prompts use it (cursor moves,
 * erasing, the alternate screen). Styles are ignored, but kept as they came in `raw`.
 */
export class VtScreen {
  /** Everything that was written. */
  raw = '';
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;
  #main: string[][] | undefined;
  #pending = '';

  write(text: string): void {
    this.raw += text;
    let rest = this.#pending + text;
    this.#pending = '';
    while (rest !== '') {
      if (rest.startsWith('\u001b')) {
        const sequence = escapeSequence.exec(rest);
        if (!sequence) {
          this.#pending = rest;
          return;
        }
        this.#obey(sequence[1] ?? '', sequence[2] ?? '');
        rest = rest.slice(sequence[0].length);
        continue;
      }
      const [character] = rest;
      this.#put(character!);
      rest = rest.slice(character!.length);
    }
  }

  get isAlternate(): boolean {
    return this.#main !== undefined;
  }

  text(): string {
    return this.lines().join('\n');
  }

  lines(): string[] {
    return this.#lines.map((line) =>
      Array.from(line, (character) => character ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#moveTo(this.#row + 1);
    else if (character >= ' ') {
      this.#lines[this.#row]![this.#column] = character;
      this.#column++;
    }
  }

  #moveTo(row: number): void {
    this.#row = Math.max(0, row);
    while (this.#lines.length <= this.#row) this.#lines.push([]);
  }

  #obey(parameters: string, final: string): void {
    const count = Number.parseInt(parameters, 10) || 1;
    if (final === 'A') this.#moveTo(this.#row - count);
    if (final === 'B') this.#moveTo(this.#row + count);
    if (final === 'C') this.#column += count;
    if (final === 'D') this.#column = Math.max(0, this.#column - count);
    if (final === 'E') [this.#column] = [0, this.#moveTo(this.#row + count)];
    if (final === 'F') [this.#column] = [0, this.#moveTo(this.#row - count)];
    if (final === 'G') this.#column = count - 1;
    if (final === 'H') {
      const [row = 1, column = 1] = parameters.split(';').map((part) => Number.parseInt(part, 10) || 1);
      this.#moveTo(row - 1);
      this.#column = column - 1;
    }
    if (final === 'K') this.#eraseLine(parameters);
    if (final === 'J') this.#eraseBelow(parameters);
    if (parameters === '?1049' && (final === 'h' || final === 'l')) this.#switch(final === 'h');
  }

  #eraseLine(parameters: string): void {
    this.#lines[this.#row] =
      parameters === '2' || parameters === '1' ? [] : this.#lines[this.#row]!.slice(0, this.#column);
  }

  #eraseBelow(parameters: string): void {
    if (parameters === '2' || parameters === '3') {
      this.#lines = [[]];
      this.#moveTo(this.#row);
      return;
    }
    this.#eraseLine('');
    this.#lines = this.#lines.slice(0, this.#row + 1);
  }

  #switch(toAlternate: boolean): void {
    if (toAlternate) {
      this.#main = this.#lines;
      this.#lines = [[]];
    } else {
      this.#lines = this.#main ?? this.#lines;
      this.#main = undefined;
    }
    this.#moveTo(toAlternate ? 0 : this.#lines.length - 1);
    this.#column = 0;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it begins the sequences of a terminal
const escapeSequence = /^\u001b(?:\[([0-?]*)[ -/]*([@-~])|[()][A-Z0-9]|[=>78]|\][^\u0007]*\u0007)/;
