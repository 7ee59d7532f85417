/** Draws the progress of long work on standard error: a bar with rate and time left on a terminal, a line a stage elsewhere. */
import { Presets, SingleBar } from 'cli-progress';
import { noProgress, type Progress } from '../core/progress.js';
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
    end: (summary) => output.note(stageLine(title, summary, began)),
  };
}

function barProgress(output: Output, stderr: NodeJS.WriteStream): Progress {
  let title = '';
  let bar: SingleBar | undefined;
  let began = 0;
  return {
    begin(begun) {
      title = begun;
      began = performance.now();
    },
    advance(done, total, unit) {
      if (!bar) {
        const format = `  ${title.padEnd(9)} {bar} {value}/{total} ${unit}  {rate}/s  {eta_formatted} left`;
        bar = new SingleBar({ format, stream: stderr, hideCursor: true, clearOnComplete: true, barsize: 20 }, Presets.shades_classic);
        bar.start(total, 0, { rate: '-' });
      }
      const seconds = Math.max((performance.now() - began) / 1000, 0.001);
      bar.setTotal(total);
      bar.update(done, { rate: (done / seconds).toPrecision(3) });
    },
    end(summary) {
      bar?.stop();
      bar = undefined;
      output.note(output.colours.dim(stageLine(title, summary, began)));
    },
  };
}

function stageLine(title: string, summary: string, began: number): string {
  return `  ${title.padEnd(9)} ${summary}  (${((performance.now() - began) / 1000).toFixed(1)} s)`;
}
