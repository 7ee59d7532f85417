/**
 * Makes a suite of a file of rows: suite.yaml, cases.jsonl and a README that says where they come from. The folder is
 * written beside its place and renamed, and read as any suite is before that: what appears in evals/ is whole and
 * sound.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { EspalierError, systemCodeOf } from '../../core/errors.js';
import { diskError, writeFileAtomic } from '../../core/files.js';
import { sha256, sha256OfFile } from '../../core/hash.js';
import { sweepFolder, unfinishedName } from '../../core/left-behind.js';
import { seededRandom, shuffled } from '../../core/random.js';
import { checkInput } from '../../reading/check-input.js';
import { Rejects } from '../../reading/rejects.js';
import { readRows } from '../../reading/rows.js';
import { chanceOf } from '../chance.js';
import { examinesAnswers, type KindName, kindNamed } from '../kinds.js';
import { askedCases } from '../score-suite.js';
import { listSuites, readSuite, type Suite } from '../suites.js';
import { importingOf, optionalRolesOf } from './import-kinds.js';
import { describeImport } from './import-readme.js';
import type { ImportReport, ImportRequest } from './import-request.js';
import { columnOf, type ImportColumns, type ImportedCase, type ImportedRow } from './import-row.js';
import { type Refusal, rowOf } from './import-rows.js';

/** A name is a folder's, and is never joined into a path unseen. */
const soundName = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * @throws USAGE, SUITE_EXISTS, SUITE_INVALID, INPUT_EMPTY, INPUT_BINARY, INPUT_ENCODING, INPUT_FORMAT, INPUT_REJECTED,
 * CSV_COLUMN_MISSING, DISK_FULL
 */
export async function importSuite(request: ImportRequest): Promise<ImportReport> {
  const { name, kind, file, suiteFolders } = request;
  if (!soundName.test(name))
    throw new EspalierError('USAGE', `\`${name}\` cannot be the name of a suite`, {
      hint: 'Use small letters, digits and hyphens: my-suite.',
    });
  const known = (await listSuites(suiteFolders)).get(name);
  const folder = join(suiteFolders[0]!, name);
  if (known !== undefined || existsSync(folder)) throw existsAlready(name, known ?? folder);
  await checkInput(file);
  const { rows, ...counts } = await readSoundRows(request);
  const cases = importingOf(kind).cases(importingOf(kind).isDrawn ? drawShots(rows, request) : rows);
  return writeSuiteFolder(request, cases, { suite: name, folder, cases: cases.length, ...counts });
}

interface SoundRows extends Pick<ImportReport, 'duplicates' | 'rejected' | 'rejectsFile'> {
  readonly rows: readonly ImportedRow[];
}

async function readSoundRows(request: ImportRequest): Promise<SoundRows> {
  const { file, kind, rejectsFile } = request;
  const columns = columnsOf(request);
  const rows: ImportedRow[] = [];
  const claimed: Claimed = new Map();
  const rejects = new Rejects(rejectsFile);
  let [duplicates, rejected] = [0, 0];
  let kept: string | undefined;
  try {
    for await (const row of readRows(file, namedColumns(kind, columns), { parameterOf: (role) => `columns.${role}` })) {
      const read = rowOf(row, { ...request, columns });
      const item = 'reason' in read ? read : (contradictionOf(read, claimed) ?? read);
      if ('reason' in item) {
        rejected++;
        rejects.add({ file: row.file, line: row.line, element: row.element, raw: row.raw, ...item });
      } else if (claimed.has(item.claims[0]!.question)) duplicates++;
      else {
        rows.push(item);
        for (const { question, answer } of item.claims)
          if (!claimed.has(question)) claimed.set(question, { id: item.id, answer });
      }
    }
  } finally {
    kept = await rejects.close();
  }
  if (rows.length > 0) return { rows, duplicates, rejected, rejectsFile: kept };
  if (rejected === 0) throw new EspalierError('INPUT_EMPTY', `${file.name} holds no rows`, { at: { file: file.name } });
  throw new EspalierError('INPUT_REJECTED', `all ${rejected} rows were rejected; the first: ${rejects.first}`, {
    hint: `Read ${kept}: it names line, field and reason of each row.`,
  });
}

/** Without a word of it a group is in the column `group`, where the kind has groups. */
function columnsOf({ kind, columns }: ImportRequest): ImportColumns {
  const group = importingOf(kind).columns.includes('group') ? 'group' : undefined;
  return { ...columns, group: columns.group ?? group };
}

/** What a CSV header must have. */
function namedColumns(kind: KindName, columns: ImportColumns): Readonly<Record<string, string>> {
  const roles = [...importingOf(kind).columns, ...optionalRolesOf(kind)];
  return Object.fromEntries(
    roles.flatMap((role) => {
      const column = columnOf(columns, role);
      return column === undefined ? [] : [[role, column]];
    }),
  );
}

/** Question -> who asked it first, and with what answer. */
type Claimed = Map<string, { readonly id: string; readonly answer: string }>;

/** Which of two answers is right only a person knows: the second is refused. */
function contradictionOf({ claims }: ImportedRow, claimed: Claimed): Refusal | undefined {
  const contradicted = claims.find(({ question, answer }) => (claimed.get(question)?.answer ?? answer) !== answer);
  if (contradicted === undefined) return undefined;
  const first = claimed.get(contradicted.question)!;
  const reason = `it asks what ${first.id} asks, and expects \`${contradicted.answer}\` instead of \`${first.answer}\``;
  return { field: undefined, reason };
}

/**
 * Of each label `shots` rows are shown, drawn by the seed, and the others asked. In the order of the file.
 * @throws SUITE_INVALID where a label has too few for that
 */
function drawShots(rows: readonly ImportedRow[], { shots, seed, name }: ImportRequest): ImportedRow[] {
  const shown = new Set<string>();
  for (const label of new Set(rows.flatMap(({ drawnFrom }) => drawnFrom ?? []))) {
    const own = rows.filter(({ drawnFrom }) => drawnFrom === label).map(({ id }) => id);
    if (own.length <= shots) {
      const what = `the label \`${label}\` has ${own.length} ${own.length === 1 ? 'row' : 'rows'}: ${shots} to show leave none to ask`;
      throw new EspalierError('SUITE_INVALID', what, {
        hint: 'Lower `shots`, or bring more rows of that label.',
        parameters: ['shots'],
      });
    }
    for (const id of shuffled(own, seededRandom(seed, 'import', name, label)).slice(0, shots)) shown.add(id);
  }
  return rows.map((row) => ({ ...row, content: { ...row.content, split: shown.has(row.id) ? 'train' : 'test' } }));
}

async function writeSuiteFolder(
  request: ImportRequest,
  cases: readonly ImportedCase[],
  made: Omit<ImportReport, 'shown'>,
): Promise<ImportReport> {
  const { name, suiteFolders, file } = request;
  const temporary = unfinishedName(join(suiteFolders[0]!, `.${name}`));
  const draft = join(temporary, name);
  await sweepFolder(suiteFolders[0]!, new Date());
  try {
    const content = cases.map((item) => `${JSON.stringify(item)}\n`).join('');
    await writeFileAtomic(join(draft, 'cases.jsonl'), content);
    await writeFileAtomic(join(draft, 'suite.yaml'), stringify(headerOf(request, 0, content)));
    const suite = await readDraft(draft, file.name);
    const chance = chanceOf(suite);
    const report = { ...made, shown: suite.cases.length - askedCases(suite).length };
    await writeFileAtomic(join(draft, 'suite.yaml'), stringify(headerOf(request, Number(chance.toFixed(4)), content)));
    await readDraft(draft, file.name);
    const sha = await sha256OfFile(file.path);
    await writeFileAtomic(join(draft, 'README.md'), describeImport(request, { ...report, sha256: sha, chance }));
    await mkdir(suiteFolders[0]!, { recursive: true });
    await rename(draft, made.folder);
    return report;
  } catch (thrown) {
    // Another process may have made it in the meantime.
    if (['ENOTEMPTY', 'EEXIST'].includes(systemCodeOf(thrown) ?? '')) throw existsAlready(name, made.folder);
    throw thrown instanceof EspalierError ? thrown : diskError(thrown, made.folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** What is wrong with the draft is wrong with the file that it was made of. */
async function readDraft(draft: string, file: string): Promise<Suite> {
  try {
    return await readSuite(draft);
  } catch (thrown) {
    if (!(thrown instanceof EspalierError)) throw thrown;
    throw new EspalierError(thrown.code, `${thrown.message}`, {
      at: { file },
      hint: 'Bring other rows, or choose another `kind`.',
      parameters: ['kind'],
      cause: thrown,
    });
  }
}

function headerOf(
  { name, kind, capability, licence, shots, task, file, date }: ImportRequest,
  chance: number,
  content: string,
) {
  return {
    ...{ name, version: 1, kind, capability: capability ?? `Imported from ${file.name}.` },
    ...{ metric: kindNamed(kind).metric.name, higher_is_better: true, chance, licence },
    ...(importingOf(kind).isDrawn && { shots }),
    ...(examinesAnswers(kind) && task !== undefined && { task }),
    log: [{ version: 1, date, sha256: sha256(content), note: 'Imported.' }],
  };
}

function existsAlready(name: string, folder: string): EspalierError {
  return new EspalierError('SUITE_EXISTS', `there is a suite \`${name}\` already`, { at: { file: folder } });
}
