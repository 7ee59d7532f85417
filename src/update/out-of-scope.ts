/**
 * Texts that an adapter was not made for: texts of suites that are marked as out of scope, and held-out texts of other
 * adapters in the workspace.
 */

import { uniformOf } from '../core/random.js';
import { appendAll } from '../core/sequences.js';
import { sameTextHash } from '../core/text.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { eachSuite, textsOf } from '../evaluation/suites.js';
import type { Store } from '../store/database.js';
import { listForeignTexts } from '../store/examples.js';
import type { UpdateContext } from './context.js';

/** Number of texts from each source: enough for an area under the curve, few enough to be encoded in half a second. */
const fromSuites = 200;
const fromAdapters = 100;

/** Returns the same texts at every update, as long as suites and other adapters are unchanged. */
export async function outOfScopeTexts(
  { store, workspace }: Pick<UpdateContext, 'store' | 'workspace'>,
  { name, training }: Pick<AdapterDeclaration, 'name' | 'training'>,
): Promise<string[]> {
  const shipped = smallest(await suiteTexts(workspace.suiteFolders), fromSuites, training.seed);
  const foreign = await listForeignTexts((store as Store).queries, name, fromAdapters);
  return [...new Map([...shipped, ...foreign].map((text) => [sameTextHash(text), text])).values()];
}

async function suiteTexts(folders: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for await (const suite of eachSuite(folders)) if (suite.outOfScope) appendAll(texts, textsOf(suite));
  return texts;
}

function smallest(texts: readonly string[], count: number, seed: number): string[] {
  const draws = [...new Set(texts)].map((text) => ({ text, draw: uniformOf(seed, text) }));
  return draws
    .sort((a, b) => a.draw - b.draw)
    .slice(0, count)
    .map(({ text }) => text);
}
