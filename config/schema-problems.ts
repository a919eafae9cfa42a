/** What the schema refused, in words for people. */
import type { z } from 'zod';
import { type Code, type Problem, pathText } from './errors';

export type Issue = z.core.$ZodIssue;

/** The value at a place of the input, whatever is in the way. */
export const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined | null)?.[key], input);

/** One refusal of the schema as problems: several where several settings are unknown. */
export function shapeProblems(file: string, input: unknown, issue: Issue): Problem[] {
  const at = (code: Code, path: readonly PropertyKey[], why: string, fix: string): Problem => ({
    code,
    file,
    path: pathText(path) || 'the environment',
    value: path.length > 0 ? valueAt(input, path) : undefined,
    why,
    fix,
  });
  const value = valueAt(input, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      at('HL-SHAPE-001', [...issue.path, key], 'There is no such setting.', issue.message),
    );
  }
  // The key of a record: what is wrong with it stands within.
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => at(codeOf(inner), issue.path, reason(inner), remedy(inner)));
  }
  if (value === undefined) {
    return [at('HL-SHAPE-002', issue.path, 'It is missing, and has no default.', remedy(issue))];
  }
  return [at(codeOf(issue), issue.path, reason(issue), remedy(issue))];
}

/** A custom refusal brings its own code; the others are kinds of zod's. */
function codeOf(issue: Issue): Code {
  switch (issue.code) {
    case 'custom':
      return issue.params?.code;
    case 'too_small':
      return issue.origin === 'array' ? 'HL-SHAPE-003' : 'HL-SHAPE-004';
    case 'too_big':
      return 'HL-SHAPE-005';
    case 'invalid_type':
      return 'HL-SHAPE-006';
    case 'invalid_value':
      return 'HL-SHAPE-007';
    case 'invalid_format':
      return 'HL-SHAPE-008';
    default:
      return 'HL-SHAPE-009';
  }
}

function reason(issue: Issue): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'too_small':
      return issue.origin === 'array' ? 'The list is too short.' : `It is less than ${issue.minimum}.`;
    case 'too_big':
      return `It is more than ${issue.maximum}.`;
    case 'invalid_type':
      return `It is not ${article(issue.expected)}.`;
    case 'invalid_value':
      // A message of ours says why; zod's own begins with "Invalid".
      return issue.message.startsWith('Invalid')
        ? 'This value is not taken here: it is none of a short list.'
        : issue.message;
    case 'invalid_format':
      return `It is not ${issue.format === 'email' ? 'an e-mail address: it needs a name, an @ and a domain' : `of the form ${issue.format}`}.`;
    default:
      return 'This value is not taken here.';
  }
}

function remedy(issue: Issue): string {
  switch (issue.code) {
    case 'custom':
      return String(issue.params?.fix);
    case 'invalid_type':
      return `Write ${article(issue.expected)}.`;
    case 'too_small':
      if (issue.origin === 'array') return `Name at least ${issue.minimum}.`;
      return `Use ${issue.inclusive ? '' : 'more than '}${issue.minimum}${issue.inclusive ? ' or more' : ''}.`;
    case 'too_big':
      return `Use ${issue.maximum} or less.`;
    case 'invalid_value':
      return `Use ${issue.values.length > 1 ? 'one of: ' : ''}${issue.values.join(', ')}.`;
    case 'invalid_union':
      return `Use ${issue.errors
        .flat()
        .flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : []))
        .join(' or ')}.`;
    case 'invalid_format':
      return `Write ${issue.format === 'email' ? 'an e-mail address' : `a value of the form ${issue.format}`}.`;
    default:
      return issue.message;
  }
}

const words: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text in quotes',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section in braces',
};
const article = (type: string): string => words[type] ?? `of type ${type}`;
