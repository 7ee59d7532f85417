/** Which field of a row plays which part, from what a caller says of it. */
import { EspalierError } from '../core/errors.js';
import { suggestAmong } from '../core/text.js';
import type { FieldNames } from '../reading/row.js';

export const fieldRoles = ['text', 'label', 'domain', 'source', 'time'] as const;
export type FieldRole = (typeof fieldRoles)[number];

/** Role -> the name of a field, or a path of names with dots: `{ label: 'intent.name' }`. */
export type FieldMap = Readonly<Partial<Record<FieldRole, string>>>;

export interface FieldSettings {
  readonly map?: FieldMap | undefined;
  readonly textField?: string | undefined;
  readonly labelField?: string | undefined;
  readonly domainField?: string | undefined;
  readonly sourceField?: string | undefined;
  readonly timeField?: string | undefined;
}

/** @throws USAGE for a role that is not known, names no field, or is said twice */
export function fieldsOf(settings: FieldSettings, usualLabel: string): FieldNames {
  const { map = {} } = settings;
  for (const [role, field] of Object.entries(map)) requireRole(role, field);
  const fieldOf = (role: FieldRole) => {
    const parameter = `${role}Field` as const;
    const named = settings[parameter];
    if (named !== undefined && map[role] !== undefined && map[role] !== named)
      throw new EspalierError('USAGE', `\`map\` and \`${parameter}\` name the field of the ${role} twice`, {
        hint: `Say \`${parameter}\` or \`map\`.`,
        parameters: ['map', parameter],
      });
    return map[role] ?? named;
  };
  return {
    text: fieldOf('text') ?? 'text',
    label: fieldOf('label') ?? usualLabel,
    domain: fieldOf('domain'),
    source: fieldOf('source'),
    time: fieldOf('time'),
  };
}

function requireRole(role: string, field: string | undefined): void {
  const isKnown = (fieldRoles as readonly string[]).includes(role);
  if (isKnown && (field === undefined || field.trim() !== '')) return;
  const what = isKnown ? `names no field for \`${role}\`` : `names a role \`${role}\`, which is not known`;
  throw new EspalierError('USAGE', `\`map\` ${what}`, {
    hint: isKnown ? 'Write the name of a field, or a path such as intent.name.' : suggestAmong(role, fieldRoles),
    parameters: ['map'],
    choices: fieldRoles,
  });
}
