/** Loads tokenizer and model from a folder, and refuses a model that the encoder could not feed or read. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AutoModel, AutoTokenizer, type DataType, env, LogLevel, type PreTrainedTokenizer } from '@huggingface/transformers';
import type { InferenceSession } from 'onnxruntime-node';
import { EspalierError, messageOf } from '../core/errors.js';
import { outputOf, poolingsOf } from '../declaration/recipe.js';
import type { EncoderDeclaration } from './declaration.js';
import type { ModelFiles } from './model-folder.js';

export interface LoadedModel {
  readonly tokenizer: PreTrainedTokenizer;
  /** Run directly: the library's own call copies all outputs and logs whole inputs when something fails. */
  readonly session: InferenceSession;
  /** `max_position_embeddings`, when config.json states it. */
  readonly positions: number | undefined;
  dispose(): Promise<void>;
}

const knownInputs = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'];

/** Throws ENCODER_INVALID, ENCODER_INPUT_MISSING, ENCODER_OUTPUT_MISSING. Never reaches for the network. */
export async function loadModel(files: ModelFiles, declaration: EncoderDeclaration, threads: number): Promise<LoadedModel> {
  // Its warnings are about other uses of a model than this one, and would stand in the middle of a command's output.
  env.logLevel = LogLevel.ERROR;
  const tokenizer = await orInvalid(files.tokenizer, () => AutoTokenizer.from_pretrained(files.folder, { local_files_only: true }));
  const config = await orInvalid(join(files.folder, 'config.json'), () => readConfig(files.folder));
  const model = await orInvalid(files.model, () =>
    AutoModel.from_pretrained(files.folder, {
      local_files_only: true,
      subfolder: files.subfolder,
      dtype: declaration.dtype as DataType,
      device: 'cpu',
      session_options: sessionOptions(threads),
    }),
  );
  const dispose = async () => void (await model.dispose());
  try {
    const session = sessionOf(model.sessions, files.model);
    checkInputs(session, files.model);
    checkOutputs(session, declaration, files.model);
    return { tokenizer, session, positions: config.max_position_embeddings, dispose };
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}

function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // What fails is thrown as well; without this it would also be printed.
    logSeverityLevel: 4,
    // Threads that spin while they wait take the core from whoever shares it.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

interface ModelConfig {
  readonly max_position_embeddings?: number;
}

async function readConfig(folder: string): Promise<ModelConfig> {
  return JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
}

function sessionOf(sessions: Record<string, InferenceSession | undefined>, file: string): InferenceSession {
  const { model } = sessions;
  if (!model)
    throw new EspalierError('ENCODER_INVALID', `${file} is not a text encoder: it has ${Object.keys(sessions).join(', ')}`, {
      at: { file },
    });
  return model;
}

function checkInputs({ inputNames }: InferenceSession, file: string): void {
  const foreign = inputNames.filter((name) => !knownInputs.includes(name));
  if (foreign.length === 0 && inputNames.includes('input_ids')) return;
  const what = foreign.length > 0 ? `the model asks for ${foreign.join(', ')}` : 'the model does not take input_ids';
  throw new EspalierError('ENCODER_INPUT_MISSING', what, {
    at: { file },
    hint: `Export the model for feature extraction, so that it takes no more than ${knownInputs.join(', ')}.`,
  });
}

function checkOutputs({ outputNames }: InferenceSession, { pooling }: EncoderDeclaration, file: string): void {
  const missing = poolingsOf(pooling).find((one) => !outputNames.includes(outputOf(one)));
  if (missing === undefined) return;
  throw new EspalierError('ENCODER_OUTPUT_MISSING', `the model has no output ${outputOf(missing)}, which pooling ${missing} reads`, {
    at: { file },
    hint: `The model's outputs are ${outputNames.join(', ')}. One of shape [batch, dim] is read with \`pooling: [output:NAME]\`, one of shape [batch, tokens, dim] with \`[mean:NAME]\`.`,
  });
}

async function orInvalid<T>(file: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (thrown) {
    throw new EspalierError('ENCODER_INVALID', `${file} cannot be loaded: ${messageOf(thrown)}`, {
      at: { file },
      hint: 'Remove it and fetch it again: it may be truncated.',
      cause: thrown,
    });
  }
}
