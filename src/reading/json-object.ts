/** One row of JSON. */
import type { Row } from './row.js';

export function parseObject(raw: string, what: 'line' | 'element'): Row['content'] {
  try {
    const value: unknown = JSON.parse(raw);
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return { fields: value as Record<string, unknown> };
    return { unreadable: `the ${what} is not a JSON object${Array.isArray(value) ? ', but an array' : ''}` };
  } catch (thrown) {
    // A comma after the object, as in an array without its brackets, leaves no doubt.
    if (raw.endsWith('},')) return parseObject(raw.slice(0, -1), what);
    return { unreadable: `the ${what} is not JSON: ${(thrown as Error).message}` };
  }
}
