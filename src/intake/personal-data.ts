/** Personal data and secrets that a pattern finds, with check digits where there are some. */

/** Where it stands in a text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const email = /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]+[@\uff20][\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;

export function findEmails(text: string): Span[] {
  return /[@\uff20]/.test(text) ? spansOf(text, email) : [];
}

/** 13 to 19 digits as payment cards have them, with blanks or hyphens between them. */
const card = /(?<![\d.,-])[2-6](?:[ -]?\d){12,18}(?![\d-])/g;

export function findCards(text: string): Span[] {
  return spansOf(text, card).filter(({ start, end }) => passesLuhn(text.slice(start, end).replace(/\D/g, '')));
}

/** The check digit of ISO/IEC 7812-1: from the right each second digit is doubled. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** Secrets that their issuers mark: API keys, access tokens, JSON web tokens, private keys. */
const keys = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/.source,
  /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{16,}/.source,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/.source,
  /\bgithub_pat_\w{30,}/.source,
  /\bglpat-[\w-]{16,}/.source,
  /\bhf_[A-Za-z0-9]{20,}/.source,
  /\bnpm_[A-Za-z0-9]{30,}/.source,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/.source,
  /\bAIza[\w-]{35}/.source,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/.source,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/.source,
];
const key = new RegExp(keys.join('|'), 'g');

export function findKeys(text: string): Span[] {
  return spansOf(text, key);
}

function spansOf(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map(({ index, 0: found }) => ({ start: index, end: index + found.length }));
}
