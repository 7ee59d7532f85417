/** Files of other tools that no format reads: they are named, with what makes rows of them. */
export interface OtherTool {
  readonly what: string;
  readonly hint: string;
}

const otherTools: readonly (OtherTool & { readonly form: RegExp })[] = [
  {
    form: /^\s*__label__/,
    what: 'is in the format of fastText',
    hint: 'Make CSV of it: sed -E \'s/"/""/g; s/^__label__([^ ]+) (.*)$/"\\1","\\2"/; 1i label,text\' FILE > rows.csv',
  },
  {
    form: /^\s*(?:---\s|version:|-\s+(?:intent|text|story|rule)\s*:|(?:stories|rules|intents|responses):)/,
    what: 'is YAML without the section `nlu:`',
    hint: 'Of Rasa the file with `nlu:` is read, in the format of version 3.',
  },
  {
    form: /^\s*</,
    what: 'is XML or HTML',
    hint: 'Export it as CSV or JSON lines, with a field for the text and one for the label.',
  },
];

export function otherTool(beginning: string): OtherTool | undefined {
  return otherTools.find(({ form }) => form.test(beginning));
}
