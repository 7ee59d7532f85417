/** The queue of texts that the champion of an adapter does not know. Each method is a command. */
import type { Queued } from '../drift/queue-unknown.js';
import type { OpenWorkspace } from './open-workspace.js';
import type { Call } from './site.js';
import {
  addUnknownTexts,
  type DroppedTexts,
  dropUnknownTexts,
  listUnknownTexts,
  type NamedTexts,
  type NameSettings,
  nameUnknownTexts,
  type UnknownChoice,
  type UnknownListing,
  type UnknownQuery,
} from './unknown.js';

export class UnknownHandle {
  readonly #opened: OpenWorkspace;
  readonly #adapter: string;

  constructor(opened: OpenWorkspace, adapter: string) {
    this.#opened = opened;
    this.#adapter = adapter;
  }

  /** Queues those of the texts that the champion would not answer. */
  add(texts: readonly string[], settings: UnknownQuery & Call = {}): Promise<readonly Queued[]> {
    return this.#opened.run(settings, (site) => addUnknownTexts(site, this.#adapter, { ...settings, texts }));
  }

  /** The queue in clusters, each with a proposed name. */
  list(query: UnknownQuery & Call = {}): Promise<UnknownListing> {
    return this.#opened.run(query, (site) => listUnknownTexts(site, this.#adapter, query));
  }

  /**
   * Takes texts of the queue in as examples.
   * @example await triage.unknown.name({ clusters: ['3f9a2c'], label: 'drone_delivery' });
   */
  name(settings: NameSettings & Call): Promise<NamedTexts> {
    return this.#opened.run(settings, (site) => nameUnknownTexts(site, this.#adapter, settings));
  }

  /** Removes texts from the queue. */
  drop(settings: UnknownChoice & { readonly reason?: string | undefined } & Call): Promise<DroppedTexts> {
    return this.#opened.run(settings, (site) => dropUnknownTexts(site, this.#adapter, settings));
  }
}
