/**
 * Tables on a narrow screen: a row becomes a small card, so that nothing has to be scrolled sideways. The text of a
 * column's head is shown before each value. It contains nothing from data.
 */
interface CardTable {
  /** Class of the table. */
  readonly name: string;
  /** Columns of a card, as grid-template-columns. */
  readonly columns: string;
  /**
   * Number of a cell in its row, from 1 -> its position in the card, the columns it covers (grid-column), and the text
   * before it.
   */
  readonly cells: Readonly<
    Record<number, { readonly order: number; readonly across?: string; readonly before?: string }>
  >;
}

const tables: readonly CardTable[] = [
  {
    name: 'parts',
    columns: '1fr auto auto auto',
    cells: {
      1: { order: 1, across: '1 / -2' },
      2: { order: 3, across: '1', before: 'cases' },
      3: { order: 4, before: 'was' },
      4: { order: 5, before: 'is' },
      5: { order: 6 },
      6: { order: 7, across: '1 / -1' },
      7: { order: 2, across: '-2' },
    },
  },
  {
    name: 'concerns',
    columns: 'auto auto 1fr',
    cells: {
      1: { order: 1 },
      2: { order: 2, across: '2 / -1' },
      3: { order: 3 },
      4: { order: 4, before: 'measured' },
      5: { order: 5, before: 'limit' },
      6: { order: 6, across: '1 / -1', before: 'cases needed' },
      7: { order: 7, across: '1 / -1' },
    },
  },
  {
    name: 'contenders',
    columns: '1fr 1fr',
    cells: {
      1: { order: 1 },
      2: { order: 2 },
      3: { order: 3, before: 'average, %' },
      4: { order: 4, before: 'forgotten' },
      5: { order: 5, across: '1 / -1', before: 'worst domain' },
      6: { order: 6, before: 'seconds' },
      7: { order: 7, before: 'kept, MB' },
      8: { order: 8, across: '1 / -1' },
    },
  },
  {
    name: 'unchanged',
    columns: '1fr auto',
    cells: {
      1: { order: 1, across: '1 / -1' },
      2: { order: 2 },
      3: { order: 3, before: 'score, %' },
    },
  },
  {
    name: 'calibration',
    columns: '1fr 1fr',
    cells: {
      1: { order: 1 },
      2: { order: 2, before: 'cases' },
      3: { order: 3, across: '1 / -1', before: 'calibration error (ECE)' },
      4: { order: 4, across: '1 / -1', before: 'Brier score' },
      5: { order: 5, across: '1 / -1', before: 'area under risk-coverage (AURC)' },
    },
  },
];

const cardOf = ({ name, columns, cells }: CardTable) => {
  // The class is repeated for a higher specificity than the rules of wide screens.
  const row = `.${name}.${name} tbody tr`;
  const placed = Object.entries(cells).map(([number, { order, across, before }]) => {
    const place = `${row} > :nth-child(${number}) { order: ${order};${across ? ` grid-column: ${across};` : ''} }`;
    return before === undefined
      ? place
      : `${place} ${row} > :nth-child(${number})::before { content: "${before} "; color: var(--soft); font-weight: 400; }`;
  });
  return `
  .${name}, .${name} tbody { display: block; } .${name} thead { display: none; }
  ${row} { display: grid; grid-template-columns: ${columns}; gap: 2px 16px; padding: 10px 0; border-bottom: 1px solid var(--rule); }
  ${row} > * { border: 0; padding: 0; min-width: 0; width: auto; text-align: left; white-space: normal; } ${row} > :empty { display: none; }
  ${placed.join('\n  ')}`;
};

export const narrowStyle = `
@media screen and (max-width: 640px) {${tables.map(cardOf).join('')}
  .scroll { overflow: visible; } .suites thead { position: sticky; top: 0; z-index: 1; background: var(--paper); padding-top: 4px; }
  .parts thead { display: block; } .parts thead tr, .parts thead th.bar { display: block; padding: 0; border: 0; width: auto; } .parts thead th:not(.bar) { display: none; }
}
`;
