/** The names that Hugging Face data sets keep for labels that are integers, in the metadata of a Parquet file. */
import type { Row } from './row.js';
import { type Fields, isObject } from './text-field.js';

/** Column -> the names of its classes, by their integer. */
export type ClassLabels = ReadonlyMap<string, readonly string[]>;

/** @param metadata JSON such as `{"info": {"features": {"label": {"names": ["a", "b"], "_type": "ClassLabel"}}}}` */
export function classLabelsOf(metadata: string | undefined): ClassLabels {
  const features = featuresOf(metadata);
  const named = Object.entries(features).flatMap(([column, feature]): [string, readonly string[]][] => {
    const names = namesOf(feature);
    return names === undefined ? [] : [[column, names]];
  });
  return new Map(named);
}

function featuresOf(metadata: string | undefined): Fields {
  try {
    const { info } = JSON.parse(metadata ?? '{}') as { info?: { features?: unknown } };
    return isObject(info?.features) ? info.features : {};
  } catch {
    // Another program may use the key for something else.
    return {};
  }
}

/** Of a class label, or of a list of them in any of the forms that versions of the library wrote. */
function namesOf(feature: unknown): readonly string[] | undefined {
  if (Array.isArray(feature)) return namesOf(feature[0]);
  if (!isObject(feature)) return undefined;
  if (feature._type !== 'ClassLabel') return namesOf(feature.feature);
  return Array.isArray(feature.names) && feature.names.every((name) => typeof name === 'string')
    ? feature.names
    : undefined;
}

/** The row with names for integers. -1 stands for a missing label, and stays. */
export function nameClasses(fields: Fields, classes: ClassLabels): Row['content'] {
  const named: Record<string, unknown> = { ...fields };
  for (const [column, names] of classes) {
    const found = fields[column];
    const integers = (Array.isArray(found) ? found : [found]).filter((value) => typeof value === 'number');
    const strange = integers.find((value) => value !== -1 && names[value] === undefined);
    if (strange !== undefined)
      return { unreadable: `the column \`${column}\` holds the class ${strange}; the file names ${names.length}` };
    named[column] = Array.isArray(found)
      ? found.map((value) => names[value as number] ?? value)
      : (names[found as number] ?? found);
  }
  return { fields: named };
}
