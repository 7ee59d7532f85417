/** Progress reports of long work. The command line draws them; tests and schedulers may ignore them. */
export interface Progress {
  /** Begins a stage. */
  begin(title: string): void;
  advance(done: number, total: number, unit: string): void;
  /** Reports the state of all tasks that run side by side in one stage. */
  advanceAll(works: readonly Work[]): void;
  /** Ends the stage; `summary` stays on the screen. */
  end(summary: string): void;
}

export interface Work {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Steps done of a total; absent until the first report. */
  readonly steps?: { readonly done: number; readonly total: number; readonly unit: string };
}

export const noProgress: Progress = {
  begin: () => undefined,
  advance: () => undefined,
  advanceAll: () => undefined,
  end: () => undefined,
};
