/**
 * The scale of the effect in words. docs/drift.md has what was measured for each step: texts of one source, another mix of
 * labels, a new domain.
 */
const steps = [
  { below: 0.05, word: 'negligible' },
  { below: 0.15, word: 'small' },
  { below: 0.3, word: 'clear' },
] as const;

export function effectInWords(effect: number): string {
  return steps.find(({ below }) => effect < below)?.word ?? 'large';
}
