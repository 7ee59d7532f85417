/** The metadata_props of adapter.onnx, so that a program with only this file knows its inputs and outputs. */
import type { Class } from '../declaration/tasks.js';
import type { EncoderDeclaration } from '../encoder/declaration.js';

/** The settings by which a text becomes a vector. */
export type EncoderRecipe = Pick<EncoderDeclaration, 'pooling' | 'prompt' | 'dtype' | 'normalise'>;

export function recipeOf({ pooling, prompt, dtype, normalise }: EncoderDeclaration): EncoderRecipe {
  return { pooling, prompt, dtype, normalise };
}

interface AboutAdapter {
  readonly adapter: string;
  readonly encoder: { readonly declaration: EncoderDeclaration; readonly fingerprint: string };
  readonly classes: readonly Class[];
  readonly multiLabel?: readonly string[] | undefined;
}

/** The metadata entries; each value is JSON. `classes` and `tasks` are in the order of the outputs. */
export function adapterMetadata({ adapter, encoder, classes, multiLabel = [] }: AboutAdapter): Record<string, string> {
  const about = {
    adapter,
    classes: classes.map(({ label }) => label),
    tasks: classes.map(({ task }) => task),
    multi_label: multiLabel,
    encoder: { model: encoder.declaration.model, ...recipeOf(encoder.declaration) },
    encoder_fingerprint: encoder.fingerprint,
  };
  return Object.fromEntries(Object.entries(about).map(([key, value]) => [`espalier.${key}`, JSON.stringify(value)]));
}
