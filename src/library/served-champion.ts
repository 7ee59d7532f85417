/**
 * The champion as a program asks it: for as long as it likes, and the new one from the moment on that it is approved.
 */
import { keepExtensions } from '../core/extensions.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { readDeclaration } from '../declaration/workspace.js';
import { type Asking, type Champion, openChampion, type Prediction } from '../serving/champion.js';
import { type Question, questionOf } from '../serving/questions.js';
import { findChampionVersion } from '../store/candidates.js';
import type { Site } from './site.js';

/** A champion and how many calls are asking it: it is closed when it was replaced and the last call is over. */
interface Served {
  readonly champion: Champion;
  asked: number;
  isReplaced: boolean;
  isClosed: boolean;
}

const newlyServed = (champion: Champion): Served => ({ champion, asked: 0, isReplaced: false, isClosed: false });

type ServingSite = Pick<Site, 'workspace' | 'store' | 'versions' | 'openEncoder'>;

export class ServedChampion {
  readonly #site: ServingSite;
  readonly #adapter: string;
  readonly #follows: boolean;
  /** It is asked outside the call that opened it. */
  readonly #withExtensions = keepExtensions();
  #served: Served;
  /** One look for a new champion at a time. */
  #looking: Promise<Served> | undefined;

  /** Names of the tasks that adapter.yaml declared when it was opened. */
  readonly tasks: readonly string[];

  private constructor(
    site: ServingSite,
    { name: adapter, tasks }: AdapterDeclaration,
    champion: Champion,
    follows: boolean,
  ) {
    this.tasks = tasks.map(({ name }) => name);
    this.#site = site;
    this.#adapter = adapter;
    this.#follows = follows;
    this.#served = newlyServed(champion);
  }

  /** @throws NO_CHAMPION, ENCODER_MISMATCH, ADAPTER_INVALID */
  static async open(
    site: ServingSite,
    adapter: string,
    { follow = false }: { readonly follow?: boolean | undefined },
  ): Promise<ServedChampion> {
    const declaration = await readDeclaration(site.workspace, adapter);
    return new ServedChampion(site, declaration, await openChampion(site, declaration), follow);
  }

  /** The version that answered last; at first the one that was opened. */
  get version(): number {
    return this.#served.champion.version;
  }

  /**
   * One answer a text for the named task, or for each task that the champion has learned: text by text, and of one text
   * task by task. A text that cannot be asked has an answer with a `reason`, and fails nothing.
   * @throws TASK_UNKNOWN, and where it follows what `open` throws
   */
  async predict(texts: readonly string[], asking: Asking = {}): Promise<Prediction[]> {
    return (await this.answer(texts.map(questionOf), asking)).flat();
  }

  /** The same for questions that were read line by line: the answers of each stand together. */
  answer(questions: readonly Question[], asking: Asking = {}): Promise<Prediction[][]> {
    return this.#withExtensions(() => this.#answer(questions, asking));
  }

  async #answer(questions: readonly Question[], asking: Asking): Promise<Prediction[][]> {
    const served = await this.#current();
    served.asked++;
    try {
      return await served.champion.predict(questions, asking);
    } finally {
      served.asked--;
      await closeUnused(served);
    }
  }

  async close(): Promise<void> {
    const served = (await this.#looking?.catch(() => undefined)) ?? this.#served;
    served.isReplaced = true;
    await closeUnused(served);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #current(): Promise<Served> {
    if (!this.#follows) return Promise.resolve(this.#served);
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<Served> {
    const before = this.#served;
    const version = await findChampionVersion(this.#site.store.queries, this.#adapter);
    if (version === before.champion.version) return before;
    const champion = await openChampion(this.#site, await readDeclaration(this.#site.workspace, this.#adapter));
    this.#served = newlyServed(champion);
    before.isReplaced = true;
    await closeUnused(before);
    return this.#served;
  }
}

async function closeUnused(served: Served): Promise<void> {
  if (!served.isReplaced || served.asked > 0 || served.isClosed) return;
  served.isClosed = true;
  await served.champion.close();
}
