/**
 * How parameters are named to a caller. Errors and reasons use the library's name in backticks; a command line shows
 * its flag instead, a server the field of its request.
 */

/** Translates a parameter such as `textField` to the caller's name for it. */
export type Wording = (parameter: string) => string;

/** The library's own name. */
export const byName: Wording = (parameter) => `\`${parameter}\``;
