/** Keys that a member of the workspace adds to adapter.yaml, each with a zod schema that checks it. */

/**
 * @param added key -> its schema. @param taken existing keys -> their schemas: members share a key if they share its
 * schema
 * @returns a description of the first fault of the keys; undefined if there is none
 */
export function faultOfKeys(
  added: Readonly<Record<string, unknown>>,
  taken: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const [key, schema] of Object.entries(added)) {
    const fault = faultOfKey(key, schema, taken);
    if (fault !== undefined) return `its key \`${key}\` ${fault}`;
  }
  return undefined;
}

function faultOfKey(key: string, schema: unknown, taken: Readonly<Record<string, unknown>>): string | undefined {
  if (!/^[a-z][A-Za-z0-9]{0,63}$/.test(key)) return 'must be letters and digits, the first a small letter';
  if (!isSchema(schema)) return 'must have a schema of `z`, which espalier/extend exports';
  if (Object.hasOwn(taken, key) && taken[key] !== schema) return 'is taken';
  return schema.safeParse(undefined).success ? undefined : 'may be left out: give it `.default(...)` or `.optional()`';
}

interface Schema {
  safeParse(value: unknown): { readonly success: boolean };
}

/** Recognises a schema by its properties, since the workspace may import another copy of zod. */
function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && '_zod' in value && 'safeParse' in value;
}
