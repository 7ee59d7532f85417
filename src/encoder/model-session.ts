/** Opens the model of an encoder, rejects one whose inputs or outputs are unsupported, and runs batches through it. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { EspalierError, messageOf } from '../core/errors.js';
import { outputOf, poolingsOf } from '../declaration/recipe.js';
import type { PaddedBatch } from './batches.js';
import type { EncoderDeclaration } from './declaration.js';
import { orInvalid } from './or-invalid.js';
import { poolBatch } from './pooling.js';

export interface ModelRequest {
  /** Path of the .onnx file; weights stored outside it are found in the same folder. */
  readonly file: string;
  /** Threads inside one matrix product. */
  readonly threads: number;
  readonly declaration: Pick<EncoderDeclaration, 'pooling' | 'normalise'>;
}

export interface ModelSession {
  /** [rows, dense] float32: the pooled vectors of a batch. */
  run(batch: PaddedBatch): Promise<Float32Array>;
  close(): Promise<void>;
}

const knownInputs = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'];

/** @throws ENCODER_INVALID, ENCODER_INPUT_MISSING, ENCODER_OUTPUT_MISSING */
export async function openModelSession({ file, threads, declaration }: ModelRequest): Promise<ModelSession> {
  const session = await orInvalid(file, () => InferenceSession.create(file, sessionOptions(threads)));
  try {
    checkInputs(session, file);
    checkOutputs(session, declaration.pooling, file);
  } catch (thrown) {
    await session.release();
    throw thrown;
  }
  return { run: (batch) => runBatch(session, batch, declaration), close: () => session.release() };
}

function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Errors are thrown as well; without this level they would also be printed.
    logSeverityLevel: 4,
    // Threads that spin while they wait take the core from other threads.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
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

function checkOutputs({ outputNames }: InferenceSession, pooling: EncoderDeclaration['pooling'], file: string): void {
  const missing = poolingsOf(pooling).find((one) => !outputNames.includes(outputOf(one)));
  if (missing === undefined) return;
  throw new EspalierError(
    'ENCODER_OUTPUT_MISSING',
    `the model has no output ${outputOf(missing)}, which pooling ${missing} reads`,
    {
      at: { file },
      hint: `The model's outputs are ${outputNames.join(', ')}. One of shape [batch, dim] is read with \`pooling: [output:NAME]\`, one of shape [batch, tokens, dim] with \`[mean:NAME]\`.`,
    },
  );
}

async function runBatch(
  session: InferenceSession,
  batch: PaddedBatch,
  { pooling, normalise }: ModelRequest['declaration'],
): Promise<Float32Array> {
  const dims = [batch.spans.length, batch.inputIds.length / batch.spans.length];
  const inputs: Record<string, BigInt64Array> = {
    input_ids: batch.inputIds,
    attention_mask: batch.attentionMask,
    position_ids: batch.positionIds,
    token_type_ids: new BigInt64Array(batch.inputIds.length),
  };
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, new Tensor('int64', inputs[name]!, dims)]));
  const plan = { pooling: poolingsOf(pooling), normalise };
  const wanted = [...new Set(plan.pooling.map(outputOf))];
  let outputs: InferenceSession.OnnxValueMapType;
  try {
    outputs = await session.run(feeds, wanted);
  } catch (thrown) {
    throw new EspalierError('ENCODER_INVALID', `the encoder model failed while it ran: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
  return poolBatch(outputs as Record<string, Tensor>, batch.spans, plan);
}
