/** Locates the files of an encoder. Nothing here reads their contents. */
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { type EncoderDeclaration, embeddedModel, modelFileName } from './declaration.js';
import { fetchFromHub, findFromHub, isHubName } from './hub.js';
import { ensureUseLite, findUseLite } from './use-lite.js';

export interface ModelFiles {
  readonly folder: string;
  /** Folder of the .onnx file inside `folder`: `onnx` or empty. */
  readonly subfolder: string;
  readonly model: string;
  /** Weights stored outside the .onnx file, sorted by name. */
  readonly externalData: readonly string[];
  readonly tokenizer: string;
  readonly tokenizerConfig: string;
}

export interface ModelLocations {
  /** Folder in which converted and downloaded models are kept. */
  readonly cacheFolder: string;
  /** Relative model folders are resolved against this folder; the working directory when absent. */
  readonly baseFolder?: string;
  /** `false` forbids the network: only cached models are opened. */
  readonly allowHub?: boolean;
  /** Address to use instead of https://huggingface.co, such as a mirror's. */
  readonly hubAddress?: string;
}

/**
 * Locates the model's files, converting or downloading the model if needed. Throws ENCODER_NOT_FOUND,
 * ENCODER_HUB_UNREACHABLE.
 */
export async function locateModel({ model, dtype }: EncoderDeclaration, where: ModelLocations): Promise<ModelFiles> {
  if (model === embeddedModel) return requireModelFiles(await ensureUseLite(where.cacheFolder), dtype);
  const folder = await folderNamed(model, where);
  if (folder !== undefined) return requireModelFiles(folder, dtype);
  if (!isHubName(model))
    throw new EspalierError('ENCODER_NOT_FOUND', `"${model}" is neither a folder nor the name of a hub model`);
  return requireModelFiles(await fetchFromHub(model, dtype, where), dtype);
}

/**
 * Returns the model's folder if nothing has to be converted or downloaded. The contents of the folder are not checked.
 */
export async function findModelFolder(
  { model, dtype }: EncoderDeclaration,
  where: ModelLocations,
): Promise<string | undefined> {
  if (model === embeddedModel) return findUseLite(where.cacheFolder);
  const folder = await folderNamed(model, where);
  if (folder !== undefined) return (await isFolder(folder)) ? folder : undefined;
  return isHubName(model) ? findFromHub(model, dtype, where) : undefined;
}

/** Undefined when `model` does not name a folder. */
async function folderNamed(model: string, { baseFolder = '.' }: ModelLocations): Promise<string | undefined> {
  const folder = resolve(baseFolder, model);
  return model.startsWith('.') || isAbsolute(model) || (await isFolder(folder)) ? folder : undefined;
}

async function requireModelFiles(folder: string, dtype: string): Promise<ModelFiles> {
  if (!(await isFolder(folder))) throw notFound(folder, `the encoder folder ${folder} does not exist`);
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) await requireFile(folder, name);
  const name = modelFileName(dtype);
  // Exporters write the model next to config.json; the hub keeps it in onnx/.
  const subfolder = (await isFile(join(folder, name))) && !(await isFile(join(folder, 'onnx', name))) ? '' : 'onnx';
  await requireFile(folder, join(subfolder, name));
  return {
    folder,
    subfolder,
    model: join(folder, subfolder, name),
    externalData: await externalDataOf(join(folder, subfolder), name),
    tokenizer: join(folder, 'tokenizer.json'),
    tokenizerConfig: join(folder, 'tokenizer_config.json'),
  };
}

/**
 * Matches `model.onnx_data`, `model.onnx_data_1`, `model.onnx.data`, as exporters name them, and not the remains of an
 * interrupted download.
 */
async function externalDataOf(folder: string, name: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((other) => other.startsWith(name) && /^[._]data(_\d+)?$/.test(other.slice(name.length)))
    .sort()
    .map((other) => join(folder, other));
}

async function requireFile(folder: string, name: string): Promise<void> {
  if (!(await isFile(join(folder, name))))
    throw notFound(join(folder, name), `the encoder folder ${folder} lacks ${name}`);
}

function notFound(file: string, what: string): EspalierError {
  return new EspalierError('ENCODER_NOT_FOUND', what, {
    at: { file },
    hint: 'A model folder holds config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx (for dtype fp32; q8 wants onnx/model_quantized.onnx).',
  });
}

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
const isFile = async (path: string) => (await stat(path).catch(() => undefined))?.isFile() ?? false;
