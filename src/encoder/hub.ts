/**
 * Downloads a model once into the cache, in the layout of a model folder; afterwards it is opened like any other
 * folder.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AutoModel, AutoTokenizer, type DataType, env } from '@huggingface/transformers';
import { EspalierError, messageOf } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { modelFileName } from './declaration.js';

export interface HubOptions {
  readonly cacheFolder: string;
  readonly allowHub?: boolean;
  readonly hubAddress?: string;
}

/** `name` or `owner/name`. Dots cannot climb out of the cache folder. */
export function isHubName(model: string): boolean {
  return /^(?:\w[\w.-]*\/)?\w[\w.-]*$/.test(model) && !model.includes('..');
}

/** Downloads the model unless it is cached, and returns its folder. Throws ENCODER_HUB_UNREACHABLE. */
export async function fetchFromHub(model: string, dtype: string, options: HubOptions): Promise<string> {
  const cache = join(options.cacheFolder, 'hub');
  const folder = join(cache, model);
  if (await isDownloaded(folder, dtype)) return folder;
  if (options.allowHub === false)
    throw unreachable(model, 'is neither a folder nor in the cache, and downloading is switched off');
  try {
    await download(model, dtype, cache, options.hubAddress);
  } catch (thrown) {
    // If the files arrived but cannot be loaded, the network is not at fault: the code that opens the folder reports
    // the problem.
    if (await stat(join(folder, 'onnx', modelFileName(dtype))).catch(() => undefined)) return folder;
    throw unreachable(model, `could not be fetched from the model hub: ${reasonOf(thrown)}`, thrown);
  }
  await writeFileAtomic(markerIn(folder, dtype), '');
  return folder;
}

/** Returns the model's folder if it has been downloaded before. */
export async function findFromHub(
  model: string,
  dtype: string,
  { cacheFolder }: HubOptions,
): Promise<string | undefined> {
  const folder = join(cacheFolder, 'hub', model);
  return (await isDownloaded(folder, dtype)) ? folder : undefined;
}

const isDownloaded = async (folder: string, dtype: string) =>
  (await stat(markerIn(folder, dtype)).catch(() => undefined)) !== undefined;
/** The marker is written last: a download that was interrupted between two files is resumed. */
const markerIn = (folder: string, dtype: string) => join(folder, `.downloaded-${dtype}`);

/** Downloads the model by loading it with the library, which knows the files that a model of this kind needs. */
async function download(model: string, dtype: string, cache: string, address = env.remoteHost): Promise<void> {
  const usual = env.remoteHost;
  env.remoteHost = address;
  try {
    await AutoTokenizer.from_pretrained(model, { cache_dir: cache });
    const loaded = await AutoModel.from_pretrained(model, {
      cache_dir: cache,
      dtype: dtype as DataType,
      device: 'cpu',
    });
    await loaded.dispose();
  } finally {
    env.remoteHost = usual;
  }
}

function unreachable(model: string, what: string, cause?: unknown): EspalierError {
  return new EspalierError('ENCODER_HUB_UNREACHABLE', `${model} ${what}`, {
    hint: 'Check the name and the network; or download the model into a folder and name the folder (./NAME), or use `use-lite`.',
    cause,
  });
}

/** fetch() says only "fetch failed"; the reason is in its cause. */
function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause ? `${messageOf(thrown)} (${messageOf(cause)})` : messageOf(thrown);
}
