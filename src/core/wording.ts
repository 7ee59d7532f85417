/**
 * How a caller is told of its parameters. Errors and reasons name a parameter as the library does, in backticks; a
 * command line says its flag instead, a server the field of its request.
 */

/** From a parameter such as `textField` to what its caller calls it. */
export type Wording = (parameter: string) => string;

/** As the library names it. */
export const byName: Wording = (parameter) => `\`${parameter}\``;
