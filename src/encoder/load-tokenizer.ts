/** Loads the tokenizer of a model folder, and the maximum length of a text from the model's config. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AutoTokenizer, env, LogLevel, type PreTrainedTokenizer } from '@huggingface/transformers';
import { orInvalid } from './or-invalid.js';

export interface LoadedTokenizer {
  readonly tokenizer: PreTrainedTokenizer;
  /** `max_position_embeddings`, when config.json states it. */
  readonly positions: number | undefined;
}

/** Throws ENCODER_INVALID. Never uses the network. */
export async function loadTokenizer(folder: string): Promise<LoadedTokenizer> {
  // The library's warnings concern other uses of a model and would appear in the middle of a command's output.
  env.logLevel = LogLevel.ERROR;
  const file = join(folder, 'tokenizer.json');
  const tokenizer = await orInvalid(file, () => AutoTokenizer.from_pretrained(folder, { local_files_only: true }));
  const config = await orInvalid(join(folder, 'config.json'), () => readConfig(folder));
  return { tokenizer, positions: config.max_position_embeddings };
}

interface ModelConfig {
  readonly max_position_embeddings?: number;
}

async function readConfig(folder: string): Promise<ModelConfig> {
  return JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
}
