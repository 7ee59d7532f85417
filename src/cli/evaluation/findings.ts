/** What is wrong with suites, and what is only doubtful. */
import { describePlace } from '../../core/errors.js';
import { clip, wrap } from '../../core/text.js';
import { isInvalid } from '../../library/suites.js';
import type { SuiteFinding, SuiteValidation } from '../../measuring/validate-suite.js';
import type { Output } from '../output.js';

export function renderValidations(validations: readonly SuiteValidation[], output: Output): string {
  const { colours } = output;
  const spoken = validations.filter(({ findings }) => findings.length > 0);
  const parts = spoken.map((validation) => {
    const title = `${colours.bold(clip(validation.suite, 40))}: ${isInvalid(validation) ? colours.red('invalid') : colours.yellow('valid, with warnings')}`;
    return [title, ...validation.findings.map((finding) => renderFinding(finding, output))].join('\n');
  });
  const invalid = validations.filter(isInvalid).length;
  const warned = spoken.length - invalid;
  parts.push(
    `${validations.length} checked: ${validations.length - spoken.length} sound, ${warned} with warnings, ${invalid} invalid`,
  );
  return parts.join('\n\n');
}

export function renderFinding({ severity, what, at, hint }: SuiteFinding, { colours, width }: Output): string {
  const place = describePlace(at);
  const lines = [wrap(`${severity === 'invalid' ? '✗' : '!'} ${what}`, width)];
  if (place !== '') lines.push(colours.dim(wrap(`at ${place}`, width)));
  if (hint !== undefined) lines.push(colours.dim(wrap(hint, width)));
  return lines.join('\n');
}
