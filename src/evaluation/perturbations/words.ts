/** Word lists of the perturbations: neutral sentences, names, and pairs that do not change the request. */

/**
 * First names by the region or language where they are common. A head that answers one group's names differently treats
 * people differently.
 */
export const namesByGroup: Readonly<Record<string, readonly string[]>> = {
  Arabic: ['Fatima', 'Omar', 'Layla', 'Youssef', 'Noor', 'Hassan', 'Samira', 'Khalid'],
  Chinese: ['Wei', 'Li Na', 'Jun', 'Xiu Ying', 'Hao', 'Mei', 'Tao', 'Jing'],
  English: ['Emily', 'Jack', 'Sarah', 'Thomas', 'Grace', 'Henry', 'Olivia', 'George'],
  Indian: ['Priya', 'Rahul', 'Ananya', 'Arjun', 'Kavya', 'Vikram', 'Meera', 'Rohan'],
  Spanish: ['Lucia', 'Mateo', 'Carmen', 'Diego', 'Ines', 'Javier', 'Elena', 'Pablo'],
  'West African': ['Amara', 'Kwame', 'Ngozi', 'Kofi', 'Adaeze', 'Chidi', 'Abena', 'Sekou'],
};

export const greetings = ['Hello,', 'Hi there,', 'Good morning,', 'Good afternoon,', 'Hi team,', 'Dear all,'] as const;

export const signatures = [
  'Kind regards',
  'Best regards',
  'Many thanks',
  'Sent from my phone',
  'All the best',
  'Yours sincerely',
] as const;

/** Sentences that request nothing. */
export const fillers = [
  'Thank you very much for your time.',
  'I hope you are doing well today.',
  'Sorry if this has come up before.',
  'I would be glad about a short answer.',
  'Just wanted to bring this up.',
  'Please let me know.',
] as const;

/** Words whose removal changes a text's grammar and not its subject. */
export const functionWords: ReadonlySet<string> = new Set([
  'a',
  'an',
  'the',
  'please',
  'just',
  'really',
  'that',
  'some',
  'very',
  'so',
  'also',
]);

/** Pairs are applied in both directions. */
export const genderPairs: readonly (readonly [string, string])[] = [
  ['he', 'she'],
  ['his', 'her'],
  ['him', 'her'],
  ['himself', 'herself'],
  ['husband', 'wife'],
  ['father', 'mother'],
  ['dad', 'mom'],
  ['son', 'daughter'],
  ['brother', 'sister'],
  ['boyfriend', 'girlfriend'],
  ['uncle', 'aunt'],
  ['nephew', 'niece'],
  ['grandfather', 'grandmother'],
  ['man', 'woman'],
  ['men', 'women'],
  ['boy', 'girl'],
  ['mr', 'mrs'],
  ['sir', 'madam'],
];

/** British and American spelling. */
export const spellingPairs: readonly (readonly [string, string])[] = [
  ['colour', 'color'],
  ['colours', 'colors'],
  ['favourite', 'favorite'],
  ['favour', 'favor'],
  ['honour', 'honor'],
  ['neighbour', 'neighbor'],
  ['behaviour', 'behavior'],
  ['labour', 'labor'],
  ['centre', 'center'],
  ['metre', 'meter'],
  ['litre', 'liter'],
  ['theatre', 'theater'],
  ['cancelled', 'canceled'],
  ['cancelling', 'canceling'],
  ['cancellation', 'cancelation'],
  ['travelled', 'traveled'],
  ['travelling', 'traveling'],
  ['traveller', 'traveler'],
  ['labelled', 'labeled'],
  ['organise', 'organize'],
  ['organised', 'organized'],
  ['recognise', 'recognize'],
  ['recognised', 'recognized'],
  ['authorise', 'authorize'],
  ['authorised', 'authorized'],
  ['unauthorised', 'unauthorized'],
  ['apologise', 'apologize'],
  ['realise', 'realize'],
  ['realised', 'realized'],
  ['analyse', 'analyze'],
  ['catalogue', 'catalog'],
  ['dialogue', 'dialog'],
  ['cheque', 'check'],
  ['jewellery', 'jewelry'],
  ['grey', 'gray'],
  ['tyre', 'tire'],
  ['pyjamas', 'pajamas'],
  ['programme', 'program'],
  ['licence', 'license'],
  ['defence', 'defense'],
  ['enquiry', 'inquiry'],
  ['aeroplane', 'airplane'],
  ['mum', 'mom'],
];
