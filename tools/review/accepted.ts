import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { refused } from '../../config/refused';

/** A finding of a change that somebody decided to deploy nevertheless. Who and when says the commit. */
export interface Acceptance {
  readonly id: string;
  readonly reason: string;
}

/** From the repository's root. Committed with the change that it is about. */
export const acceptedFile = 'review/accepted.yaml';

const head = `# Findings of \`npm run review\` that were accepted, by \`npm run review -- --accept ID --reason TEXT\`.
# An id holds for one place and its values: the next change of the same place asks again. Who and when: git blame.
`;

/** @throws Error that names the file, where it is not a list of ids and reasons */
export function readAcceptances(root: string): Acceptance[] {
  const file = join(root, acceptedFile);
  const list: unknown = existsSync(file) ? (parse(readFileSync(file, 'utf8')) ?? []) : [];
  if (!Array.isArray(list) || !list.every((each) => typeof each?.id === 'string' && isReasoned(each))) {
    throw refused(
      'HL-REVIEW-001',
      `${acceptedFile}: write a list of \`- id: …\` and \`reason: …\`, the reason in three words or more.`,
    );
  }
  return list;
}

/** Adds one, or gives it another reason. @throws Error where the reason is none */
export function accept(root: string, acceptance: Acceptance): void {
  if (!isReasoned(acceptance))
    throw refused(
      'HL-REVIEW-002',
      `--accept ${acceptance.id}: say with --reason, in three words or more, why it is accepted.`,
    );
  const others = readAcceptances(root).filter(({ id }) => id !== acceptance.id);
  writeFileSync(join(root, acceptedFile), head + stringify([...others, acceptance], { lineWidth: 0 }));
}

const isReasoned = ({ reason }: Acceptance): boolean => `${reason ?? ''}`.trim().split(/\s+/).length >= 3;
