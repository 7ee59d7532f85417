/** Trains a candidate from what is new, and compares it with the champion. */
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { readDeclaration } from '../declaration/workspace.js';
import { usualField } from '../update/contest.js';
import type { Decide } from '../update/intentions.js';
import { runUpdate, type Update } from '../update/run-update.js';
import type { Site } from './site.js';

export interface UpdateSettings {
  /**
   * Strategies that train side by side; the best that passes is proposed. `usual`: a usual field. Without it the
   * declared strategy alone.
   */
  readonly field?: readonly string[] | 'usual' | undefined;
  /** Everything in the store is learned again on the declared encoder, and compared with what the champion answered. */
  readonly reencode?: boolean | undefined;
  /** An unfinished run is ended, and another begins with what is declared and stored now. */
  readonly fresh?: boolean | undefined;
  /**
   * Decides on an unfinished run whose plan differs from what is declared and stored now; without it the run is
   * resumed.
   */
  readonly decide?: Decide | undefined;
}

/**
 * @throws NO_GATE_POLICY, NOTHING_TO_LEARN, STRATEGY_UNKNOWN, HEAD_UNKNOWN, DECLARATION_INVALID, SUITE_NOT_FOUND,
 * SUITE_INVALID, ENCODER_MISMATCH, ADAPTER_INVALID, UPDATE_RUNNING, LEASE_LOST, TRAINING_DIVERGED, INTERRUPTED
 */
export async function updateAdapter(site: Site, adapter: string, settings: UpdateSettings): Promise<Update> {
  const { workspace, store, versions, progress, signal, work, now, actor } = site;
  const declaration = await readDeclaration(workspace, adapter);
  const encoder = await site.openEncoder(declaration);
  return runUpdate(
    { workspace, store, versions, encoder, progress, signal, work },
    {
      declaration,
      field: fieldAsked(declaration, settings),
      reencode: settings.reencode || undefined,
      fresh: settings.fresh || undefined,
      decide: settings.decide,
      trigger: actor.name,
      at: now,
    },
  );
}

function fieldAsked(declaration: AdapterDeclaration, { field }: UpdateSettings): readonly string[] {
  return field === 'usual' ? usualField(declaration) : (field ?? [declaration.strategy]);
}
