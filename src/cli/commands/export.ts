import { resolve } from 'node:path';
import type { Command } from 'commander';
import { bytesInWords } from '../../core/numbers.js';
import { exportVersion } from '../../library/export.js';
import {
  type GlobalOptions,
  inReadingSession,
  newCommand,
  type Session,
  type Surroundings,
  wholeNumber,
} from '../session.js';

interface ExportOptions extends GlobalOptions {
  readonly fused: string;
  readonly version?: number;
}

export function exportCommand(surroundings: Surroundings): Command {
  return newCommand('export', 'write encoder and adapter as one ONNX file, with a script in Python that runs it')
    .argument('<adapter>', 'the adapter')
    .requiredOption('--fused <file>', 'the ONNX file; the script, the tokenizer and a README are written beside it')
    .option('--version <n>', 'this version; default: the champion', wholeNumber)
    .action((adapter: string, options: ExportOptions) =>
      inReadingSession(options, surroundings, (session) => exportTo(session, adapter, { ...surroundings, ...options })),
    );
}

async function exportTo(session: Session, adapter: string, { fused, version, workingFolder }: Request): Promise<void> {
  const exported = await exportVersion(session, adapter, {
    file: resolve(workingFolder, fused),
    version,
    what: 'fused',
  });
  const { files, bytes } = exported;
  session.output.result(
    exported,
    () => `${adapter} version ${exported.version}: ${bytesInWords(bytes)}\n${files.join('\n')}`,
  );
}

type Request = ExportOptions & Pick<Surroundings, 'workingFolder'>;
