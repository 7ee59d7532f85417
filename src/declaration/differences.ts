/** Compares two plain values, such as two readings of adapter.yaml, key by key. */
import { clip } from '../core/text.js';

export interface Difference {
  /** Dotted path: `training.seed`. */
  readonly key: string;
  /** Undefined if not set. */
  readonly planned: unknown;
  readonly now: unknown;
  /** Such as `training.seed 7 -> 9`. */
  readonly sentence: string;
}

type Named = Readonly<Record<string, unknown>>;

/**
 * Compares maps by key, lists of named things by name, and lists of words as sets, except lists whose order is
 * significant.
 *
 * @param ordered keys of lists whose order is significant
 * @example differencesBetween({ seed: 7 }, { seed: 9 }, 'training')[0].sentence // 'training.seed 7 -> 9'
 */
export function differencesBetween(
  planned: unknown,
  now: unknown,
  key = '',
  ordered: ReadonlySet<string> = new Set(),
): Difference[] {
  if (JSON.stringify(planned) === JSON.stringify(now)) return [];
  if (isList(planned, isNamed) && isList(now, isNamed)) return differencesByName(planned, now, key, ordered);
  if (isList(planned, isWord) && isList(now, isWord) && !ordered.has(key)) return differencesOfSets(planned, now, key);
  const [before, after] = [planned === undefined ? {} : planned, now === undefined ? {} : now];
  if (isPlainMap(before) && isPlainMap(after)) {
    const inside = differencesOfMaps(before, after, key, ordered);
    // An empty map on one side and none on the other differ, though in no key.
    if (inside.length > 0 || (planned !== undefined && now !== undefined)) return inside;
  }
  return [{ key, planned, now, sentence: `${key} ${inWords(planned)} -> ${inWords(now)}` }];
}

function differencesOfMaps(planned: Named, now: Named, key: string, ordered: ReadonlySet<string>): Difference[] {
  const names = new Set([...Object.keys(planned), ...Object.keys(now)]);
  return [...names].flatMap((name) =>
    differencesBetween(planned[name], now[name], key === '' ? name : `${key}.${name}`, ordered),
  );
}

function differencesByName(
  planned: readonly Named[],
  now: readonly Named[],
  key: string,
  ordered: ReadonlySet<string>,
): Difference[] {
  const nameOf = ({ name }: Named) => String(name);
  const kept = planned.flatMap((before) => {
    const after = now.find((other) => nameOf(other) === nameOf(before));
    return after ? differencesBetween(before, after, `${key}.${nameOf(before)}`, ordered) : [];
  });
  return [...differencesOfSets(planned.map(nameOf), now.map(nameOf), key), ...kept];
}

function differencesOfSets(planned: readonly string[], now: readonly string[], key: string): Difference[] {
  const [before, after] = [new Set(planned), new Set(now)];
  const added = now.filter((word) => !before.has(word));
  const removed = planned.filter((word) => !after.has(word));
  if (added.length + removed.length === 0) return [];
  const changes = [...say(removed, 'removed'), ...say(added, 'added')];
  return [{ key, planned, now, sentence: `${key}: ${changes.join('; ')}` }];
}

/** Maximum number of names shown: thousands of labels may have been added. */
const named = 5;

function say(words: readonly string[], change: string): string[] {
  if (words.length === 0) return [];
  const more = words.length > named ? ` and ${words.length - named} more` : '';
  return [`${words.slice(0, named).join(', ')}${more} ${change}`];
}

function inWords(value: unknown): string {
  if (value === undefined) return 'not set';
  // adapter.yaml says `false` for null.
  if (value === null) return 'off';
  return typeof value === 'string' ? clip(value, 60) : clip(JSON.stringify(value), 60);
}

/** True for an object that is neither a list nor null. */
export const isPlainMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWord = (value: unknown): value is string => typeof value === 'string';
const isNamed = (value: unknown): value is Named => isPlainMap(value) && typeof value.name === 'string';

function isList<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is readonly Item[] {
  return Array.isArray(value) && value.every(isItem);
}
