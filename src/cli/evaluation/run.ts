/** `espalier eval run` */
import { join, resolve } from 'node:path';
import { EspalierError } from '../../core/errors.js';
import { writeFileAtomic } from '../../core/files.js';
import { clip, jsonOf } from '../../core/text.js';
import {
  type ExportFormat,
  exportFormats,
  harnessResults,
  type MeasuredVersion,
  mtebTaskResults,
} from '../../evaluation/export.js';
import { evaluateAdapter } from '../../library/evaluate.js';
import type { Session } from '../session.js';
import { renderScores } from './scores.js';

export interface RunOptions {
  readonly version?: number;
  readonly suites?: readonly string[];
  readonly export?: string;
  readonly out?: string;
  readonly languages: readonly string[];
  readonly workingFolder: string;
}

export async function run(session: Session, adapter: string, options: RunOptions): Promise<void> {
  const { output } = session;
  const target = targetOf(options);
  const evaluation = await evaluateAdapter(session, adapter, options);
  if (target) {
    await writeExport(evaluation, target, options.languages);
    output.note(`the scores are in ${clip(target.path, 200)}`);
  }
  output.result(evaluation, () => renderScores(evaluation, output));
}

interface Target {
  readonly format: ExportFormat;
  readonly path: string;
}

/** Before anything is scored. @throws USAGE */
function targetOf({ export: format, out, workingFolder }: RunOptions): Target | undefined {
  if (format === undefined && out === undefined) return undefined;
  const known = exportFormats.find((one) => one === format);
  if (known === undefined)
    throw new EspalierError('USAGE', `--export is ${exportFormats.join(' or ')}`, {
      hint: 'Write --export lm-eval --out FILE.',
    });
  if (out === undefined)
    throw new EspalierError('USAGE', '--export needs --out', { hint: `Write --export ${known} --out PATH.` });
  return { format: known, path: resolve(workingFolder, out) };
}

async function writeExport(
  evaluation: MeasuredVersion,
  { format, path }: Target,
  languages: readonly string[],
): Promise<void> {
  if (format === 'lm-eval') return writeFileAtomic(path, `${jsonOf(harnessResults(evaluation), 2)}\n`);
  for (const { file, content } of mtebTaskResults(evaluation, languages))
    await writeFileAtomic(join(path, file), `${jsonOf(content, 2)}\n`);
}
