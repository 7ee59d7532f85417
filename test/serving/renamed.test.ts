/** Labels are answered under the names that adapter.yaml gives them now. */
import { describe, expect, it } from 'vitest';
import { parseDeclaration } from '#espalier/declaration/declaration.js';
import { renamedAnswers } from '#espalier/serving/renamed.js';
import { headSettings } from '#espalier/training/heads.js';
import { answerReader } from '#espalier/versions/adapter-session.js';

const classes = ['late_parcel', 'refund', 'delivery'].map((label) => ({ task: 'intent', label }));
const tasksWith = (yaml: string) =>
  parseDeclaration(`name: desk\ntasks:\n  - name: intent\n${yaml}`, 'adapter.yaml', headSettings).tasks;

/** What a head with these probabilities answers. */
function answered(yaml: string, probabilities: readonly number[], multiLabel: readonly string[] = []) {
  const given = Float32Array.from(probabilities);
  const output = { probabilities: given, answers: answerReader(classes, multiLabel)(given) };
  const answers = renamedAnswers(tasksWith(yaml), { classes, multiLabel })(output);
  return { answer: answers.get('intent')!, isAsLearned: answers === output.answers };
}

describe('an answer', () => {
  it('stays as it is where no alias names what was learned', () => {
    expect(answered('    aliases: { parcel: delivery }\n', [0.5, 0.3, 0.2])).toMatchObject({
      answer: { label: 'late_parcel', confidence: 0.5 },
      isAsLearned: true,
    });
  });

  it('is renamed where an alias says so, and the probabilities of what is one now are added', () => {
    const aliases = '    aliases: { late_parcel: delivery }\n';
    expect(answered(aliases, [0.5, 0.3, 0.2]).answer.label).toBe('delivery');
    // Neither of the two alone is the likeliest.
    const { label, confidence } = answered(aliases, [0.3, 0.375, 0.325]).answer;
    expect([label, confidence]).toEqual(['delivery', expect.closeTo(0.625, 6)]);
    expect(answered(aliases, [0.125, 0.625, 0.25]).answer).toEqual({ label: 'refund', confidence: 0.625 });
  });

  it('is renamed to a label that was not learned', () => {
    const renamed = '    labels: [delivery, money_back]\n    aliases: { refund: money_back, late_parcel: delivery }\n';
    expect(answered(renamed, [0.125, 0.625, 0.25]).answer).toEqual({ label: 'money_back', confidence: 0.625 });
  });

  it('finds the label however the alias is typed', () => {
    expect(answered('    aliases: { " late_parcel\u200b": delivery }\n', [0.5, 0.3, 0.2]).answer.label).toBe(
      'delivery',
    );
  });

  it('of a multi-label task has the label once, as likely as the likelier of the two', () => {
    const yaml = '    multiLabel: true\n    aliases: { late_parcel: delivery }\n';
    const { label, probabilities } = answered(yaml, [0.75, 0.25, 0.625], ['intent']).answer;
    expect(label).toBe('["delivery"]');
    expect(probabilities).toEqual([
      { label: 'delivery', probability: 0.75 },
      { label: 'refund', probability: 0.25 },
    ]);
  });
});
