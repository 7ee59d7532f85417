/** The time at which an example was received, as its row says it. */
import { valueAt } from './field-path.js';
import { type Fields, type ReadText, readTextField } from './text-field.js';

/** Clocks of other machines may run ahead. */
const aheadAtMost = 24 * 3600 * 1000;

/** Numbers below are seconds since 1970, which reach the year 5138; those above are milliseconds. */
const firstMilliseconds = 1e11;

const isoTime = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

const form = 'is no time: ISO 8601, or seconds or milliseconds since 1970, is read';

/** The field as ISO 8601 in UTC, or why it is none. A time without a zone is in UTC. */
export function readTimeField(
  fields: Fields,
  { field, parameter, now }: { readonly field: string; readonly parameter: string; readonly now: Date },
): ReadText {
  const found = valueAt(fields, field);
  if (typeof found === 'boolean') return { reason: `\`${found}\` ${form}` };
  const read = readTextField(fields, { field, maxLength: 100, parameter });
  if ('reason' in read) return read;
  const milliseconds = /^-?\d+(?:\.\d+)?$/.test(read.value) ? sinceEpoch(Number(read.value)) : parseIso(read.value);
  const time = new Date(milliseconds ?? Number.NaN);
  if (Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9999) return { reason: `\`${read.value}\` ${form}` };
  if (time.getTime() > now.getTime() + aheadAtMost)
    return { reason: `the time ${time.toISOString()} lies in the future` };
  return { value: time.toISOString(), cleaned: read.cleaned };
}

const sinceEpoch = (number: number) => (Math.abs(number) < firstMilliseconds ? number * 1000 : number);

function parseIso(written: string): number | undefined {
  const [, day, hours = '00:00', zone = 'Z'] = isoTime.exec(written) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const whole = zone.length === 3 ? `${zone}:00` : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  return Date.parse(`${day}T${hours}${whole.toUpperCase()}`);
}

/** February the 30th is read as the 2nd of March elsewhere. */
function isDay(day: string): boolean {
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}
