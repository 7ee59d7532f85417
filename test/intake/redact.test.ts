/** Personal data is found by its form and check digits, and what only looks like it stays. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedactor, type RedactedKind, redactedKinds } from '#espalier/intake/redact.js';
import { openTestWorkspace, type TestWorkspace } from '#espalier/testing/testing.js';
import { errorOf } from '../support/errors.js';

const redacted = async (text: string, redact: readonly RedactedKind[] = redactedKinds, phoneCountries = ['DE', 'GB']) =>
  (await openRedactor({ redact, phoneCountries }))!.text(text);

describe('what is found', () => {
  it.each([
    ['write to Ada.Byron+x@mail.example.co.uk, please', 'write to <email>, please'],
    ['m\u00fcller@bücher.example is mine', '<email> is mine'],
    ['call +49 30 901820 or 020 7946 0958 today', 'call <phone> or <phone> today'],
    ['(030) 901820 in Berlin', '<phone> in Berlin'],
    ['card 4111 1111 1111 1111 was refused', 'card <card> was refused'],
    ['5500-0000-0000-0004', '<card>'],
    ['to DE89 3704 0044 0532 0130 00 please', 'to <iban> please'],
    ['to gb82west12345698765432.', 'to <iban>.'],
    ['my key is sk-proj-abcdefghij0123456789XYZ', 'my key is <key>'],
    ['AKIAIOSFODNN7EXAMPLE and ghp_0123456789abcdefghijklmnopqrstuvwxyz', '<key> and <key>'],
  ])('%j', async (text, expected) => {
    expect(await redacted(text)).toBe(expected);
  });

  it('is found between invisible characters too', async () => {
    expect(await redacted('write to a\u200bda@ma\u00adil.example')).toBe('write to <email>');
  });
});

describe('what stays', () => {
  it.each([
    'order 4111 1111 1111 1112 is late',
    'order 100234567 of 2026-11-24 at 10:30',
    'I paid 1,299.00 for 2 of 3',
    'meet me @ noon',
    'invoice DE89 3704 0044 0532 0130 02',
    'version 10.12.2026 and 192.168.0.1',
    'the sk-abc key',
  ])('%j', async (text) => {
    expect(await redacted(text)).toBe(text);
  });

  it('is every kind that was not declared', async () => {
    expect(await redacted('a@b.example +49 30 901820', ['phone'])).toBe('a@b.example <phone>');
    expect(await openRedactor({})).toBeUndefined();
  });

  it('is a national number of a country that was not declared', async () => {
    expect(await redacted('020 7946 0958', ['phone'], [])).toBe('020 7946 0958');
  });
});

it('texts of any form are read in time that grows with their length', async () => {
  const redactor = (await openRedactor({ redact: redactedKinds, phoneCountries: ['DE'] }))!;
  const start = performance.now();
  for (const part of ['a', 'a.', '1 ', 'DE89', '@a.', '-----BEGIN PRIVATE KEY-----', 'eyJaaaaaaaa.'])
    redactor.text(part.repeat(20_000 / part.length));
  expect(performance.now() - start).toBeLessThan(5000);
});

describe('an intake of an adapter that declares it', () => {
  let desk: TestWorkspace;
  beforeAll(async () => {
    desk = await openTestWorkspace();
    const path = join(desk.folder, 'adapters', 'triage', 'adapter.yaml');
    writeFileSync(path, `${readFileSync(path, 'utf8')}\nintake:\n  redact: [email, phone, card]\n`);
  });
  afterAll(() => desk.close());

  /** Every file of the workspace's store. */
  const bytesStored = () =>
    readdirSync(join(desk.folder, 'replay-store'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('');

  it('stores no trace of it: not in texts, rejects, reasons, domains, provenance or the audit', async () => {
    const path = join(desk.folder, 'of-ada@mail.example.jsonl');
    const lines = [
      { text: 'write to ada@mail.example', label: 'contact', shop: 'grace@mail.example' },
      { text: '', label: 'contact', note: 'a rejected row of linus@mail.example' },
      { text: 4111111111111111, label: 'contact' },
    ].map((row) => JSON.stringify(row));
    writeFileSync(path, `${lines.join('\n')}\n{"text": "escaped \\u0065dsger@mail.example" broken\n`);
    const triage = await desk.espalier.adapter();
    const report = await triage.ingest(path, { domain: 'd', domainField: 'shop' });
    expect(report).toMatchObject({ accepted: 2, rejected: 2, redacted: { card: 1 } });
    expect(report.redacted.email).toBeGreaterThanOrEqual(4);
    const texts: string[] = [];
    for await (const { text, domain, file } of triage.examples()) texts.push(text, domain, basename(file));
    expect(texts).toEqual(['write to <email>', '<email>', '<email>', '<card>', 'd', '<email>']);
    expect(bytesStored()).not.toContain('mail.example');
    expect(bytesStored()).not.toContain('4111111111111111');
  });

  it('keeps a text out that a suite asks as it stood', async () => {
    const triage = await desk.espalier.adapter();
    const pairs = [
      { a: 'reach me at joan@mail.example', b: 'another text', score: 1 },
      { a: 'a third text', b: 'a fourth text', score: 0 },
    ];
    const file = join(desk.folder, 'pairs.jsonl');
    writeFileSync(file, pairs.map((pair) => JSON.stringify(pair)).join('\n'));
    await desk.espalier.suites.import(file, { name: 'asked', kind: 'sts', columns: {}, licence: 'own' } as never);
    const rows = [
      { text: 'reach me at joan@mail.example', label: 'contact' },
      { text: 'another of the kind', label: 'contact' },
    ];
    expect(await triage.ingest(rows, { domain: 'd' })).toMatchObject({ accepted: 1, leaked: 1 });
  });

  it('reads the time of a row as it stood, and quotes no part of it', async () => {
    const triage = await desk.espalier.adapter();
    const rows = [
      { text: 'with a time', label: 'contact', at: 1_700_000_000 },
      { text: 'with another thing', label: 'contact', at: 'ask kay@mail.example' },
    ];
    expect(await triage.ingest(rows, { domain: 'd', timeField: 'at' })).toMatchObject({ accepted: 1, rejected: 1 });
    expect(bytesStored()).not.toContain('kay@mail.example');
  });

  it('a country that is not known is refused, with its key', async () => {
    const error = await errorOf(openRedactor({ redact: ['phone'], phoneCountries: ['XX'] }));
    expect(error).toMatchObject({ code: 'DECLARATION_INVALID', at: { field: 'intake.phoneCountries' } });
  });
});
