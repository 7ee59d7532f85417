/** The labels of an adapter of an open workspace. Each method is a command. */
import type { EditReport, EditSettings } from './curate.js';
import { changeLabels, type LabelChange, type LabelSummary, listLabels } from './labels.js';
import type { OpenWorkspace } from './open-workspace.js';
import type { Call } from './site.js';

/** An adapter of one task needs no `task`. */
type Changing = EditSettings & Call & { readonly task?: string | undefined };

export class LabelsHandle {
  readonly #opened: OpenWorkspace;
  readonly #adapter: string;

  constructor(opened: OpenWorkspace, adapter: string) {
    this.#opened = opened;
    this.#adapter = adapter;
  }

  /** The number of examples that have each, and whether the champion answers it. */
  list({ task }: { readonly task?: string | undefined } = {}): Promise<LabelSummary[]> {
    return this.#opened.run({}, (site) => listLabels(site, this.#adapter, task));
  }

  /**
   * Gives a label another name. What has learned it answers by the new name after the next update, and loses nothing.
   * @example await triage.labels.rename('billing', 'invoices', { reason: 'as the team calls it now' });
   */
  rename(label: string, to: string, settings: Changing): Promise<EditReport> {
    return this.#change({ act: 'rename', label, to }, settings);
  }

  /** Makes one label of several. */
  merge(labels: readonly string[], into: string, settings: Changing): Promise<EditReport> {
    return this.#change({ act: 'merge', labels, into }, settings);
  }

  /**
   * Gives examples of a label new ones.
   * @param answers example -> label, or labels of a multi-label task
   */
  split(
    label: string,
    answers: ReadonlyMap<number, string | readonly string[]>,
    settings: Changing,
  ): Promise<EditReport> {
    return this.#change({ act: 'split', label, answers }, settings);
  }

  /** Ends a label: its examples are quarantined, and after the next update it is not answered any more. */
  retire(label: string, settings: Changing): Promise<EditReport> {
    return this.#change({ act: 'retire', label }, settings);
  }

  #change(change: LabelChange, settings: Changing): Promise<EditReport> {
    const asked = { ...change, task: settings.task };
    return this.#opened.run(settings, (site) => changeLabels(site, this.#adapter, asked, settings));
  }
}
