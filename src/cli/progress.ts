/**
 * Draws the progress of long work on standard error: a bar with rate and time left on a terminal, a line a stage
 * elsewhere.
 */
import { Presets, SingleBar } from 'cli-progress';
import { noProgress, type Progress, type Work } from '../core/progress.js';
import { clip } from '../core/text.js';
import type { Output } from './output.js';

export function openProgress(output: Output, stderr: NodeJS.WriteStream): Progress {
  if (output.format === 'json') return noProgress;
  return stderr.isTTY ? new BarProgress(output, stderr) : new LineProgress(output);
}

class LineProgress implements Progress {
  readonly #output: Output;
  #stage: BegunStage = begin('');

  constructor(output: Output) {
    this.#output = output;
  }

  begin(title: string): void {
    this.#stage = begin(title);
  }

  advance(): void {}

  advanceAll(): void {}

  end(summary: string): void {
    this.#output.note(stageLine(this.#stage, summary));
  }
}

interface ShownBar {
  readonly bar: SingleBar;
  readonly unit: string;
  readonly since: number;
}

class BarProgress implements Progress {
  readonly #output: Output;
  readonly #stream: NodeJS.WriteStream;
  #stage: BegunStage = begin('');
  #shown: ShownBar | undefined;

  constructor(output: Output, stream: NodeJS.WriteStream) {
    this.#output = output;
    this.#stream = stream;
  }

  begin(title: string): void {
    this.#stage = begin(title);
  }

  advance(done: number, total: number, unit: string): void {
    // A stage may count one thing after another; each has a bar, a rate and a time left of its own.
    const drawing = `{bar} {value}/{total} ${unit}  {rate}/s  {eta_formatted} left`;
    const { bar, since } = this.#barOf(unit, total, drawing);
    bar.setTotal(total);
    bar.update(done, { rate: rateInWords(done / Math.max((performance.now() - since) / 1000, 0.001)) });
  }

  advanceAll(works: readonly Work[]): void {
    const [only, ...others] = works;
    if (others.length === 0) {
      if (only?.steps) this.advance(only.steps.done, only.steps.total, only.steps.unit);
      return;
    }
    const { bar } = this.#barOf(side, works.length, '{works}');
    bar.update(works.filter(({ state }) => state === 'done').length, {
      works: worksInWords(works, this.#output.width - 12),
    });
  }

  end(summary: string): void {
    this.#shown?.bar.stop();
    this.#shown = undefined;
    this.#output.note(this.#output.colours.dim(stageLine(this.#stage, summary)));
  }

  #barOf(unit: string, total: number, drawing: string): ShownBar {
    if (this.#shown?.unit === unit) return this.#shown;
    this.#shown?.bar.stop();
    const format = `  ${this.#stage.title.padEnd(9)} ${drawing}`;
    const bar = new SingleBar(
      { format, stream: this.#stream, hideCursor: true, clearOnComplete: true, barsize: 20 },
      Presets.shades_classic,
    );
    bar.start(total, 0, { rate: '-', works: '' });
    this.#shown = { bar, unit, since: performance.now() };
    return this.#shown;
  }
}

interface BegunStage {
  readonly title: string;
  readonly since: number;
}

const begin = (title: string): BegunStage => ({ title, since: performance.now() });

const side = 'side by side';

/** "✓ analytic  derpp 45 %  replay …": done, running, waiting, in one line. */
export function worksInWords(works: readonly Work[], width: number): string {
  const words = works.map(({ name, state, steps }) => {
    if (state === 'done') return `✓ ${name}`;
    if (state === 'failed') return `✗ ${name}`;
    return state === 'waiting'
      ? `${name} …`
      : `${name} ${steps ? Math.floor((100 * steps.done) / Math.max(1, steps.total)) : 0} %`;
  });
  return clip(words.join('  '), width);
}

function rateInWords(rate: number): string {
  return rate >= 10 ? Math.round(rate).toLocaleString('en') : rate.toPrecision(2);
}

function stageLine({ title, since }: BegunStage, summary: string): string {
  return `  ${title.padEnd(9)} ${summary}  (${((performance.now() - since) / 1000).toFixed(1)} s)`;
}
