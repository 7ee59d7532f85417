import { type AdapterDeclaration, parseDeclaration, type TrainingSettings } from '#espalier/declaration/declaration.js';
import { headSettings } from '#espalier/training/heads.js';

/** A declaration with nothing but defaults, for a task of open labels. */
export function declare(more = ''): AdapterDeclaration {
  return parseDeclaration(`name: support\ntasks: [{ name: intent }]\n${more}`, 'adapter.yaml', headSettings);
}

/** The default training settings, but small. */
export function settingsWith(overrides: Partial<TrainingSettings>): TrainingSettings {
  return {
    ...declare().training,
    width: 64,
    epochs: 20,
    batchSize: 16,
    learningRate: 0.05,
    leastSteps: 0,
    ...overrides,
  };
}
