/** Parameters of the library as flags of the command line. */
import type { Wording } from '../core/wording.js';

/** `maxRejected` is --max-rejected; `columns.otherLabel`, a column of a suite's rows, is --other-label-field. */
export const flagOf: Wording = (parameter) => {
  const [, column] = /^columns\.(\w+)$/.exec(parameter) ?? [];
  const name = column === undefined ? parameter : `${column}Field`;
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
};

/**
 * Says the named parameters as flags. A command that is named `with` flags becomes one line to type.
 * @example withFlags('update it with `fresh`', ['fresh']) // 'update it with --fresh'
 */
export function withFlags(words: string, parameters: readonly string[]): string {
  const flagged = parameters.reduce(
    (said, parameter) =>
      said
        .replaceAll(`\`${parameter}: false\``, flagOf(parameter).replace('--', '--no-'))
        .replaceAll(`\`${parameter}\``, flagOf(parameter)),
    words,
  );
  return flagged.replace(
    /`(espalier [^`]*)` with ((?:--[\w-]+(?: [A-Z]+)?(?: and )?)+)/g,
    (_, command, flags: string) => `\`${command} ${flags.replaceAll(' and ', ' ')}\``,
  );
}
