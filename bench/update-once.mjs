/**
 * One update of the workspace that the first argument names, in a process of its own, by the built library. Prints what
 * it took as JSON: seconds by the clock and CPU seconds of all threads for each stage, and the process's peak memory.
 */
import { openEspalier } from '#espalier/index.js';

const stages = [];
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const now = () => ({ clock: performance.now() / 1000, cpu: cpuSeconds() });

let before = { clock: 0, cpu: 0 };
function lap(stage) {
  const after = now();
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  stages.push({ stage, seconds: after.clock - before.clock, cpu: after.cpu - before.cpu, peakMb });
  before = after;
}

const espalier = await openEspalier({ workspace: process.argv[2], environment: {}, actor: 'bench' });
const adapter = await espalier.adapter();
const { candidateId } = await adapter.update({
  onProgress: ({ kind, stage }) => {
    if (kind === 'begin' && stages.length === 0) lap('plan');
    if (kind === 'end') lap(stage);
  },
});

await espalier.close();
const { clock, cpu } = now();
const peakMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ candidateId, seconds: clock, cpu, peakMb, stages })}\n`);
