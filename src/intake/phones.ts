/** Phone numbers that the numbering plan of their country knows. */
import { type CountryCode, findPhoneNumbersInText, isSupportedCountry } from 'libphonenumber-js/max';
import { EspalierError } from '../core/errors.js';
import type { Span } from './personal-data.js';

/** Seven digits with at most marks between them; what has fewer is no number. */
const mayHaveOne = /\d(?:[^\dA-Za-z]{0,3}\d){6}/;

/** Some national numbers have the form of a date. */
const date = /^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})$/;

/** @throws DECLARATION_INVALID for a country that is not known */
export function phoneFinder(countries: readonly string[]): (text: string) => readonly Span[] {
  const strange = countries.find((country) => !isSupportedCountry(country));
  if (strange !== undefined)
    throw new EspalierError('DECLARATION_INVALID', `\`${strange}\` is no country that phone numbers are known of`, {
      at: { field: 'intake.phoneCountries' },
      hint: 'Write the two letters of ISO 3166, such as DE or GB.',
    });
  return (text) => (mayHaveOne.test(text) ? findPhones(text, countries as readonly CountryCode[]) : []);
}

/** Numbers with an international prefix are found whatever the countries are. */
function findPhones(text: string, countries: readonly CountryCode[]): Span[] {
  const found = (countries.length > 0 ? countries : [undefined]).flatMap((defaultCountry) =>
    findPhoneNumbersInText(text, { ...(defaultCountry && { defaultCountry }), extended: false }),
  );
  const spans: Span[] = [];
  for (const { startsAt: start, endsAt: end } of found.sort((a, b) => a.startsAt - b.startsAt || b.endsAt - a.endsAt))
    if (start >= (spans.at(-1)?.end ?? 0) && !date.test(text.slice(start, end))) spans.push({ start, end });
  return spans;
}
