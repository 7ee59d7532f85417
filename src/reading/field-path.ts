/** Where a field stands in a row: its name, or a path such as `intent.name`. */

/** The value at the path, or undefined. A field whose own name has a dot wins over a nested one. */
export function valueAt(value: unknown, path: string): unknown {
  if (value === null || typeof value !== 'object') return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(fields, path)) return fields[path];
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const name = path.slice(0, dot);
    if (Object.hasOwn(fields, name)) return valueAt(fields[name], path.slice(dot + 1));
  }
  return undefined;
}

/** The path and all that it begins with: `a.b` and `a`. */
export function namesIn(path: string): string[] {
  const parts = path.split('.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}
