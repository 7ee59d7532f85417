/** What the beginning of a file says of the JSON in it. */
import { extname } from 'node:path';

/**
 * `values`: an array, or objects over several lines; `lines`: one object a line; `none`: it does not begin as JSON
 * does.
 */
export function shapeOf(beginning: string): 'values' | 'lines' | 'none' {
  const lines = beginning.split('\n').filter((line) => line.trim() !== '');
  const first = lines[0]?.trim() ?? '';
  if (!/^[[{]/.test(first)) return 'none';
  if (isJson(first.replace(/,$/, ''))) return first.startsWith('[') && lines.length === 1 ? 'values' : 'lines';
  // A JSON value that continues after its first line; a broken line is followed by whole ones.
  const second = lines[1]?.trim() ?? '';
  return first.startsWith('[') || !isJson(second.replace(/,$/, '')) || !second.startsWith('{') ? 'values' : 'lines';
}

export function isNamedCsv(fileName: string): boolean {
  return ['.csv', '.tsv', '.tab', '.psv'].includes(extname(fileName).toLowerCase());
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A string, or a bracket, at the place where the scan stands. */
const token = /"(?:[^"\\]|\\.)*"|[[\]{}]/g;

/** The field names of the first object, as far as the beginning shows them. */
export function firstObjectKeys(beginning: string): ReadonlySet<string> {
  const keys = new Set<string>();
  const start = /^\s*\[?\s*(?=\{)/.exec(beginning);
  if (!start) return keys;
  let depth = 0;
  token.lastIndex = start[0].length;
  for (let found = token.exec(beginning); found; found = token.exec(beginning)) {
    const [written] = found;
    if (written === '{' || written === '[') depth++;
    else if (written === '}' || written === ']') depth--;
    else if (depth === 1 && /^\s*:/.test(beginning.slice(token.lastIndex, token.lastIndex + 8)))
      keys.add(written.slice(1, -1));
    if (depth === 0) break;
  }
  return keys;
}
