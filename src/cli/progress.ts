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
  return stderr.isTTY ? barProgress(output, stderr) : lineProgress(output);
}

function lineProgress(output: Output): Progress {
  let title = '';
  let began = 0;
  return {
    begin(begun) {
      title = begun;
      began = performance.now();
    },
    advance: () => undefined,
    advanceAll: () => undefined,
    end: (summary) => output.note(stageLine(title, summary, began)),
  };
}

function barProgress(output: Output, stderr: NodeJS.WriteStream): Progress {
  let title = '';
  let began = 0;
  let shown: { bar: SingleBar; unit: string; since: number } | undefined;
  const open = (unit: string, total: number, drawing: string) => {
    shown?.bar.stop();
    const format = `  ${title.padEnd(9)} ${drawing}`;
    const bar = new SingleBar(
      { format, stream: stderr, hideCursor: true, clearOnComplete: true, barsize: 20 },
      Presets.shades_classic,
    );
    bar.start(total, 0, { rate: '-', works: '' });
    shown = { bar, unit, since: performance.now() };
    return shown;
  };
  const advance = (done: number, total: number, unit: string) => {
    // A stage may count one thing after another; each has a bar, a rate and a time left of its own.
    const { bar, since } =
      shown?.unit === unit ? shown : open(unit, total, `{bar} {value}/{total} ${unit}  {rate}/s  {eta_formatted} left`);
    bar.setTotal(total);
    bar.update(done, { rate: rateInWords(done / Math.max((performance.now() - since) / 1000, 0.001)) });
  };
  return {
    begin(begun) {
      title = begun;
      began = performance.now();
    },
    advance,
    advanceAll(works) {
      const [only, ...others] = works;
      if (others.length === 0) {
        if (only?.steps) advance(only.steps.done, only.steps.total, only.steps.unit);
        return;
      }
      const { bar } = shown?.unit === side ? shown : open(side, works.length, '{works}');
      bar.update(works.filter(({ state }) => state === 'done').length, {
        works: worksInWords(works, output.width - 12),
      });
    },
    end(summary) {
      shown?.bar.stop();
      shown = undefined;
      output.note(output.colours.dim(stageLine(title, summary, began)));
    },
  };
}

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

function stageLine(title: string, summary: string, began: number): string {
  return `  ${title.padEnd(9)} ${summary}  (${((performance.now() - began) / 1000).toFixed(1)} s)`;
}
