/** One row of JSON. */
import type { Row } from './row.js';

/** Deeper values would exhaust the stack of whoever walks through them. */
export const mostLevels = 64;

export function isTooDeep(value: unknown, levels = mostLevels): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1));
}

export function parseObject(raw: string, what: 'line' | 'element'): Row['content'] {
  try {
    const value: unknown = JSON.parse(raw);
    if (isTooDeep(value)) return { unreadable: `the ${what} is nested more than ${mostLevels} levels deep` };
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return { fields: value as Record<string, unknown> };
    return { unreadable: `the ${what} is not a JSON object${Array.isArray(value) ? ', but an array' : ''}` };
  } catch (thrown) {
    // A comma after the object, as in an array without its brackets, leaves no doubt.
    if (raw.endsWith('},')) return parseObject(raw.slice(0, -1), what);
    return { unreadable: `the ${what} is not JSON: ${(thrown as Error).message}` };
  }
}
