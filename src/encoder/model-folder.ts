/** Where the files of an encoder are. Nothing here reads what is inside them. */
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { type EncoderDeclaration, embeddedModel, modelFileName } from './declaration.js';
import { fetchFromHub, findFromHub, isHubName } from './hub.js';
import { ensureUseLite, findUseLite } from './use-lite.js';

export interface ModelFiles {
  readonly folder: string;
  /** Folder of the .onnx file inside `folder`: `onnx`, or empty. */
  readonly subfolder: string;
  readonly model: string;
  /** Weights that are kept outside of the .onnx file, sorted by name. */
  readonly externalData: readonly string[];
  readonly tokenizer: string;
  readonly tokenizerConfig: string;
}

export interface ModelLocations {
  /** Converted and downloaded models are kept here. */
  readonly cacheFolder: string;
  /** Relative model folders are looked up from here; the working directory when absent. */
  readonly baseFolder?: string;
  /** `false` forbids the network: only what is in the cache is opened. */
  readonly allowHub?: boolean;
  /** Another address than https://huggingface.co, such as a mirror's. */
  readonly hubAddress?: string;
}

/** Converts or downloads the model when it has to. Throws ENCODER_NOT_FOUND, ENCODER_HUB_UNREACHABLE. */
export async function locateModel({ model, dtype }: EncoderDeclaration, where: ModelLocations): Promise<ModelFiles> {
  if (model === embeddedModel) return requireModelFiles(await ensureUseLite(where.cacheFolder), dtype);
  const folder = await folderNamed(model, where);
  if (folder !== undefined) return requireModelFiles(folder, dtype);
  if (!isHubName(model))
    throw new EspalierError('ENCODER_NOT_FOUND', `"${model}" is neither a folder nor the name of a hub model`);
  return requireModelFiles(await fetchFromHub(model, dtype, where), dtype);
}

/**
 * The model's folder, where nothing has to be converted or downloaded for it. What is in the folder is not looked at.
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

/** Undefined where the name is not that of a folder. */
async function folderNamed(model: string, { baseFolder = '.' }: ModelLocations): Promise<string | undefined> {
  const folder = resolve(baseFolder, model);
  return model.startsWith('.') || isAbsolute(model) || (await isFolder(folder)) ? folder : undefined;
}

async function requireModelFiles(folder: string, dtype: string): Promise<ModelFiles> {
  if (!(await isFolder(folder))) throw notFound(folder, `the encoder folder ${folder} does not exist`);
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) await requireFile(folder, name);
  const name = modelFileName(dtype);
  // Exporters write the model beside config.json, the hub keeps it in onnx/.
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
 * `model.onnx_data`, `model.onnx_data_1`, `model.onnx.data`, as exporters name them; not what a cut download left
 * behind.
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
