/** Commands as they are typed, for what an examination says to do. */

/**
 * @param options by the name that the library has for them; `true` is an option without a value
 * @example commandLine(['espalier', 'update', 'desk'], { fresh: true })
 */
export function commandLine(
  words: readonly string[],
  options: Readonly<Record<string, string | number | true>> = {},
): string {
  const flags = Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, String(value)];
  });
  return [...words, ...flags].map(forShell).join(' ');
}

const forShell = (word: string) => (/^[\w./:@%+=,~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
