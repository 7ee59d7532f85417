import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { bytesInWords } from '../../core/numbers.js';
import { defaultCacheFolder, readDeclaration, versionFolder } from '../../declaration/workspace.js';
import { withEncoderOf } from '../../serving/champion.js';
import { exportFused } from '../../serving/export-fused.js';
import { findChampionVersion } from '../../store/candidates.js';
import { requireSameEncoder } from '../../update/plan.js';
import { readSoundManifest } from '../../versions/sound-version.js';
import { type GlobalOptions, inReadingSession, newCommand, type Session, type Surroundings, wholeNumber } from '../session.js';

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
      inReadingSession(options, surroundings, (session) => exportVersion(session, adapter, { ...surroundings, ...options })),
    );
}

type Request = ExportOptions & Pick<Surroundings, 'environment' | 'workingFolder'>;

async function exportVersion(session: Session, adapter: string, { fused, environment, workingFolder, ...options }: Request) {
  const { workspace, store, output } = session;
  const declaration = await readDeclaration(workspace, adapter);
  const version = options.version ?? (await findChampionVersion(store.queries, adapter));
  if (version === null) throw new EspalierError('NO_CHAMPION', `${adapter} has no champion`);
  const manifest = await readSoundManifest(workspace, store.queries, { adapter, version });
  const encoder = await session.openEncoder(withEncoderOf(manifest, declaration));
  requireSameEncoder(manifest.encoder, encoder, { adapter, what: `version ${version}` });
  const where = { cacheFolder: defaultCacheFolder(environment), baseFolder: workspace.root };
  const folder = versionFolder(workspace, adapter, version);
  const { files, bytes } = await exportFused({ encoder, where, folder, manifest, file: resolve(workingFolder, fused) });
  output.result({ adapter, version, files, bytes }, () => `${adapter} version ${version}: ${bytesInWords(bytes)}\n${files.join('\n')}`);
}
