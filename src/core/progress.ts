/** How long work tells what it is doing. The command line draws it; tests and schedulers may not care. */
export interface Progress {
  /** A stage begins. */
  begin(title: string): void;
  advance(done: number, total: number, unit: string): void;
  /** Works of one stage that go on side by side, all of them each time. */
  advanceAll(works: readonly Work[]): void;
  /** The stage is over; `summary` is what is worth keeping on the screen. */
  end(summary: string): void;
}

export interface Work {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** `done` of `total`, once it has said so. */
  readonly steps?: { readonly done: number; readonly total: number; readonly unit: string };
}

export const noProgress: Progress = {
  begin: () => undefined,
  advance: () => undefined,
  advanceAll: () => undefined,
  end: () => undefined,
};
