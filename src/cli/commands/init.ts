import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { diskError, privateFolder, writeFileAtomic } from '../../core/files.js';
import { parseDeclaration } from '../../declaration/declaration.js';
import { workspaceAt } from '../../declaration/workspace.js';
import { defaultPooling } from '../../encoder/declaration.js';
import { openStore } from '../../store/database.js';
import { headSettings } from '../../training/heads.js';
import { calledAs, quoted } from '../called-as.js';
import { type GlobalOptions, newCommand, outputOf, type Surroundings } from '../session.js';

interface InitOptions extends GlobalOptions {
  readonly adapter: string;
}

export function initCommand(surroundings: Surroundings): Command {
  return newCommand('init', 'make a workspace, with an adapter to begin with')
    .argument('<dir>', 'the folder; made where it is not there')
    .option('--adapter <name>', "the adapter's name", 'my-adapter')
    .action((folder: string, options: InitOptions) => init(resolve(surroundings.workingFolder, folder), options, surroundings));
}

async function init(root: string, options: InitOptions, surroundings: Surroundings): Promise<void> {
  const source = starter(options.adapter);
  // Read before a path is made of it: in YAML a comment could hide where it leads.
  const { name } = parseDeclaration(source, 'adapter.yaml', headSettings);
  if (name !== options.adapter)
    throw new EspalierError('DECLARATION_INVALID', `\`${options.adapter}\` is no name of an adapter`, {
      at: { field: '--adapter' },
      hint: 'Use lower-case letters, digits and dashes.',
    });
  const file = join(root, 'adapters', name, 'adapter.yaml');
  if (existsSync(file)) throw new EspalierError('USAGE', `${file} is there already`, { hint: 'Edit it, or give another --adapter.' });
  try {
    await mkdir(join(root, 'replay-store'), { recursive: true, mode: privateFolder });
    await mkdir(join(root, 'evals'), { recursive: true });
  } catch (thrown) {
    throw diskError(thrown, root);
  }
  await writeFileAtomic(file, source);
  await writeUnlessThere(join(root, '.gitignore'), 'adapters/*/versions/\nadapters/*/runs/\n');
  // A file of its own, so that a clone has the folder, and texts stay out of git also where the repository has a .gitignore already.
  await writeUnlessThere(join(root, 'replay-store', '.gitignore'), '*\n!.gitignore\n');
  await (await openStore(workspaceAt(root, headSettings).database)).close();
  outputOf(options, surroundings).result({ workspace: root, declaration: file }, () =>
    [
      `${root} is a workspace. Next:`,
      `  cd ${quoted(root)}`,
      `  ${calledAs()} ingest DATA.jsonl --adapter ${options.adapter} --domain first     {"text": ..., "label": ...} a line`,
      `  ${calledAs()} update ${options.adapter}`,
      'Git keeps declarations and suites; examples and trained versions are left out by .gitignore. To back them up, copy the whole folder while no command runs.',
    ].join('\n'),
  );
}

async function writeUnlessThere(file: string, content: string): Promise<void> {
  if (!existsSync(file)) await writeFileAtomic(file, content);
}

function starter(name: string): string {
  return `# docs/adapter.md of Espalier lists all keys.
name: ${name}
encoder:
  model: use-lite            # the embedded one; or a model folder, or a hub id
  pooling: [${defaultPooling('use-lite').join(', ')}]  # pinned, so that an upgrade changes nothing unasked
tasks:
  - name: label
    labels: open             # or a closed list: [billing, shipping]
strategy: analytic           # or replay, finetune
buffer:
  examples: 750
suites:                      # what the embedding must stay good for where a head moves it; docs/suites.md
  - helpdesk-retrieval
  - moderation-lines
  - paraphrase-pairs
  - paraphrase-sts
  - perturbed-lines
  - question-type
  - sentiment-bias
  - sentiment-lines
  - topic-lines
  - urgency-lines
  - wordnet-artifact-knn
  - wordnet-calibration
  - wordnet-definition-pairs
  - wordnet-gloss-retrieval
  - wordnet-gloss-similarity
  - wordnet-living-scope
  - wordnet-noun-clusters
  - wordnet-supersense
  - wordnet-verb-retrieval
  - wordnet-verb-supersense
gate:                        # docs/gate.md
  confidence: 0.95
  margin: 0.05               # a loss of up to 5 points counts as "not worse", of a suite in no group
  domains:
    margin: 0.05             # on what was learned before, all of it together; and no domain may be shown worse
  groups:
    answers:                 # robustness, invariance and scope of the head's answers: 5 points on average, of none more than 15
      suites: [answers]
      margin: 0.05
      harm: 0.15
    language:                # where a head moves the embedding: on average 2 points may be lost, of no suite more than 10
      suites: [classification, similarity, retrieval, clustering, robustness, out-of-scope, calibration, bias]
      margin: 0.02
      harm: 0.1
  slices:
    - { by: label }          # no label may be shown worse, and no group of people
    - { by: group, suite: answers/invariance }
  calibration: { margin: 0.03, scope: 0.1 }  # of the Brier score: on what was learned before, on texts out of scope
  anchor: { factor: 1.75 }   # small losses must not add up to 1.75 margins against the version that first answered a case
# schedule:
#   cron: "0 6 * * 1"
#   timeZone: UTC
#   newExamples: 500
`;
}
