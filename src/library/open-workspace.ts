/** A workspace that is held open: its store and its encoders are opened at their first use, and closed together. */
import { type Extensions, noExtensions, withExtensions, withExtensionsInEachStep } from '../core/extensions.js';
import { byName, type Wording } from '../core/wording.js';
import { findConfig } from '../declaration/config.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { findWorkspace, type Workspace } from '../declaration/workspace.js';
import type { Encoder } from '../encoder/encoder.js';
import type { Principal } from '../store/audit.js';
import { openStore, openStoreToRead, type Store, storeError } from '../store/database.js';
import { headSettings } from '../training/heads.js';
import { versionsOf } from '../versions/folder-versions.js';
import type { Versions } from '../versions/versions.js';
import { WorkPool } from '../work/pool.js';
import { usualActor } from './actor.js';
import { openDeclaredEncoder, openDeclaredTokeniser } from './declared-encoder.js';
import { type Call, progressFor, type Site } from './site.js';

export interface OpenOptions {
  /** The workspace is the nearest at or above this folder. */
  readonly folder: string;
  /** `read`: the workspace may be one that cannot be written. */
  readonly access: 'read' | 'write';
  readonly environment: NodeJS.ProcessEnv;
  readonly actor?: string | undefined;
  /** Through what people act, for the audit; usually `library`. */
  readonly via?: Principal['via'] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Usually by name. */
  readonly wording?: Wording | undefined;
  /** `false`: espalier.config.js is not loaded. ESPALIER_NO_CONFIG says the same. */
  readonly config?: boolean | undefined;
}

export class OpenWorkspace {
  readonly workspace: Workspace;
  readonly #options: OpenOptions;
  readonly #work = new WorkPool();
  readonly #encoders = new Map<string, Promise<Encoder>>();
  #store: Promise<Store> | undefined;
  #extensions: Promise<Extensions> | undefined;
  #isClosed = false;

  /** @throws NOT_A_WORKSPACE, DATABASE_INVALID */
  constructor(options: OpenOptions) {
    this.workspace = findWorkspace(options.folder, headSettings, options.environment);
    this.#options = options;
  }

  /**
   * Opens the store where that has not happened yet, and does `work`. Whatever the database reports is an error of
   * Espalier's catalogue.
   */
  async run<T>(call: Call, work: (site: Site) => Promise<T>): Promise<T> {
    const store = await this.#openStore();
    try {
      return await this.withConfig(() => work(this.#siteFor(store, call)));
    } catch (thrown) {
      throw storeError(thrown, store);
    }
  }

  /** Does `work` that needs no store, with what the configuration adds. @throws CONFIG_INVALID */
  async withConfig<T>(work: () => Promise<T>): Promise<T> {
    return withExtensions(await this.#loadedExtensions(), work);
  }

  /** The same for what is read piece by piece. */
  async *stream<T>(call: Call, work: (site: Site) => AsyncGenerator<T>): AsyncGenerator<T> {
    const store = await this.#openStore();
    const extensions = await this.#loadedExtensions();
    try {
      yield* withExtensionsInEachStep(extensions, () => work(this.#siteFor(store, call)));
    } catch (thrown) {
      throw storeError(thrown, store);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work.close();
    const encoders = [...this.#encoders.values()];
    this.#encoders.clear();
    for (const encoder of encoders) await (await encoder.catch(() => undefined))?.close();
    await (await this.#store?.catch(() => undefined))?.close();
    this.#store = undefined;
  }

  #openStore(): Promise<Store> {
    if (this.#isClosed) return Promise.reject(new Error(`the workspace ${this.workspace.root} was closed`));
    const open = this.#options.access === 'read' ? openStoreToRead : openStore;
    const store = this.#store ?? open(this.workspace.database);
    this.#store = store;
    // A store that could not be opened is opened anew at the next call.
    store.catch(() => {
      if (this.#store === store) this.#store = undefined;
    });
    return store;
  }

  /** Once: what a module exports does not change while the process runs. */
  #loadedExtensions(): Promise<Extensions> {
    const { config = true, environment } = this.#options;
    const file = config && !environment.ESPALIER_NO_CONFIG ? findConfig(this.workspace.root) : undefined;
    // Most workspaces have no configuration, and the members of all seams take time to load.
    this.#extensions ??=
      file === undefined
        ? Promise.resolve(noExtensions)
        : import('./seam-rules.js').then(({ loadMembers }) => loadMembers(file));
    return this.#extensions;
  }

  #siteFor(store: Store, { actor, at, signal, onProgress }: Call): Site {
    const { environment, actor: usual, via = 'library', signal: whole, wording = byName } = this.#options;
    return {
      workspace: this.workspace,
      store,
      versions: versionsOf(this.workspace),
      environment,
      progress: progressFor(onProgress),
      signal: joinSignals(signal, whole),
      work: this.#work,
      now: at ?? new Date(),
      wording,
      actor: { name: actor || usual || usualActor(environment), via },
      openEncoder: (declaration) => this.#openEncoder(declaration),
      openTokeniser: (declaration) => openDeclaredTokeniser(declaration, this.workspace, environment),
    };
  }

  #openEncoder(declaration: AdapterDeclaration): Promise<Encoder> {
    const key = JSON.stringify(declaration.encoder);
    const encoder =
      this.#encoders.get(key) ?? openDeclaredEncoder(declaration, this.workspace, this.#options.environment);
    this.#encoders.set(key, encoder);
    // An encoder that could not be opened is opened anew at the next call.
    encoder.catch(() => this.#encoders.delete(key));
    return encoder;
  }
}

/** Where the versions of a workspace are kept, by its root. */
export const placeOfVersions = (root: string): Versions => versionsOf({ root });

/** Joined only where there are two: a joined signal is kept as long as the signal of the workspace. */
function joinSignals(own: AbortSignal | undefined, whole: AbortSignal | undefined): AbortSignal {
  if (own && whole) return AbortSignal.any([own, whole]);
  return own ?? whole ?? new AbortController().signal;
}
