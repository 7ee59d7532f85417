/** How long work tells what it is doing. The command line draws it; tests and schedulers may not care. */
export interface Progress {
  /** A stage begins. */
  begin(title: string): void;
  advance(done: number, total: number, unit: string): void;
  /** The stage is over; `summary` is what is worth keeping on the screen. */
  end(summary: string): void;
}

export const noProgress: Progress = { begin: () => undefined, advance: () => undefined, end: () => undefined };
