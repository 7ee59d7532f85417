import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { type Task, taskNamed } from '../../core/tasks.js';
import { clip } from '../../core/text.js';
import { readDeclaration } from '../../core/workspace.js';
import { collectEvalTexts } from '../../evaluation/suites.js';
import type { InputFile, InputFormat } from '../../replay/check-input.js';
import { type IntakeReport, ingest } from '../../replay/intake.js';
import { type GlobalOptions, inSession, newCommand, type Session, type Surroundings } from '../session.js';

interface IngestOptions extends GlobalOptions {
  readonly adapter: string;
  readonly domain: string;
  readonly task?: string;
  readonly source: string;
  readonly format?: string;
  readonly textField: string;
  readonly labelField?: string;
}

export function ingestCommand(surroundings: Surroundings): Command {
  return newCommand('ingest', 'take labelled examples into the store')
    .argument('<file...>', 'JSON lines or CSV; - for standard input')
    .requiredOption('--adapter <name>', 'the adapter they are for')
    .requiredOption('--domain <name>', 'where this slice of data comes from ("banking", "2026-W47")')
    .option('--task <name>', 'the task that the labels are of; default: the only one there is')
    .option('--source <name>', 'recorded with every row that names none', 'file')
    .option('--format <format>', 'jsonl or csv; default: by the file name, then by its first character')
    .option('--text-field <name>', 'where the text is', 'text')
    .option('--label-field <name>', 'where the label is; default: label, and labels in a multi-label task')
    .action((files: string[], options: IngestOptions) =>
      inSession(options, surroundings, (session) => ingestFiles(session, files, options, surroundings.stdin)),
    );
}

async function ingestFiles(session: Session, names: readonly string[], options: IngestOptions, stdin: NodeJS.ReadStream): Promise<void> {
  const { workspace, store, output, progress, now, actor, signal } = session;
  const declaration = await readDeclaration(workspace, options.adapter);
  const spool = join(tmpdir(), `espalier-${randomUUID()}.input`);
  progress.begin('ingest');
  try {
    const files: InputFile[] = [];
    for (const name of names) files.push(await inputFile(name, { spool, stdin, format: options.format }));
    const report = await ingest(store, {
      declaration,
      task: options.task,
      files,
      domain: options.domain,
      source: options.source,
      fields: { text: options.textField, label: options.labelField ?? usualLabelField(taskNamed(declaration, options.task)) },
      evalTexts: await collectEvalTexts(workspace.suiteFolders),
      rejectsFile: join(
        workspace.root,
        'replay-store',
        'rejects',
        `${now.toISOString().replaceAll(':', '-')}-${randomUUID().slice(0, 8)}.jsonl`,
      ),
      now,
      actor,
      signal,
      progress: (done, total) => progress.advance(done, total, 'bytes'),
    });
    progress.end(`${report.accepted} new examples from ${names.map((name) => clip(basename(name), 40)).join(', ')}`);
    output.result(report, () => describe(report));
  } finally {
    await rm(spool, { force: true });
  }
}

const usualLabelField = ({ multiLabel = false }: Task) => (multiLabel ? 'labels' : 'label');

/** Standard input is spooled to a file first: what is wrong with it as a whole must show before its first row is stored. */
async function inputFile(
  name: string,
  { spool, stdin, format }: { spool: string; stdin: NodeJS.ReadStream; format: string | undefined },
): Promise<InputFile> {
  if (name === '-') await pipeline(stdin, createWriteStream(spool, { mode: 0o600 }));
  const path = name === '-' ? spool : name;
  const shown = name === '-' ? 'standard input' : name;
  return { path, name: shown, format: await formatOf(path, name, format) };
}

async function formatOf(path: string, name: string, format: string | undefined): Promise<InputFormat> {
  if (format === 'jsonl' || format === 'csv') return format;
  if (format !== undefined) throw new EspalierError('USAGE', `--format is jsonl or csv, not \`${format}\``);
  const extension = extname(name).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (['.jsonl', '.ndjson', '.json'].includes(extension)) return 'jsonl';
  return (await firstCharacter(path)) === '{' ? 'jsonl' : 'csv';
}

async function firstCharacter(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  // What is wrong with the path is told by the check of the whole file.
  if (!file) return '{';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return (
      buffer
        .toString('utf8', 0, bytesRead)
        .replace(/^\ufeff/, '')
        .trimStart()[0] ?? '{'
    );
  } finally {
    await file.close();
  }
}

function describe(report: IntakeReport): string {
  const lines = [`${report.accepted} accepted: ${report.accepted - report.heldOut} to learn from, ${report.heldOut} held out`];
  if (report.duplicates > 0) lines.push(`${report.duplicates} skipped: there already`);
  if (report.rejected > 0) lines.push(`${report.rejected} rejected: ${report.rejectsFile}`);
  if (report.contradictions > 0) lines.push(`  of these ${report.contradictions} say another label of a text that is there already`);
  if (report.leaked > 0) lines.push(`  of these ${report.leaked} occur in an eval suite`);
  return lines.join('\n');
}
