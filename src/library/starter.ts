/** The adapter.yaml that a new workspace begins with. */
import { defaultPooling } from '../encoder/declaration.js';

export function starterDeclaration(name: string): string {
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
