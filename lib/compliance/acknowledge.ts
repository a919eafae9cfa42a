import { App, Stack, Stage, Token, Validations } from 'aws-cdk-lib';
import type { IConstruct, Node } from 'constructs';
import { builtInNamespace, isBuiltInRule, packRules } from './packs';

/** A finding that somebody decided to live with. */
export interface Acknowledgment {
  /** As reported: `AwsSolutions-S1`, `AwsSolutions-IAM5[Resource::*]`, `Harbourline-Standby[zones-2]`, `W3045`. */
  readonly id: string;
  /** Why it is right here, in at least eight different words, for whoever reviews it next year. */
  readonly reason: string;
}

/** An acknowledgment in the construct tree. */
export interface RecordedAcknowledgment extends Acknowledgment {
  /** Path of the construct. It covers everything beneath. */
  readonly path: string;
}

/**
 * Acknowledges findings on a construct and all beneath it. The only way to do so in this project: put it beside the
 * resource, on the smallest construct that holds it.
 *
 * @throws Error with all that is wrong: an id that no pack has, `Pack::Rule`, no exact finding where the rule has one, a
 * thin reason. CDK itself would take any of them, silently. What nothing needs is found by `auditPolicy`.
 */
export function acknowledge(construct: IConstruct, ...findings: readonly Acknowledgment[]): void {
  const problems = [...objectionToScope(construct), ...findings.flatMap(objections)];
  if (problems.length > 0) {
    throw new Error(
      [`Cannot acknowledge at ${construct.node.path || 'the app'}:`, ...problems.map((line) => `- ${line}`)].join('\n'),
    );
  }
  for (const { id, reason } of findings) {
    Validations.of(construct).acknowledge({ id: isBuiltInRule(id) ? `${builtInNamespace}${id}` : id, reason });
    construct.node.addMetadata(recordKey, { id, reason });
  }
}

/** CDK's own record will not do: its constructs acknowledge findings of its validation there, too. */
const recordKey = 'harbourline:acknowledged';

/** What {@link acknowledge} has recorded under a scope: for tests, and for the list in the documentation. */
export const acknowledgments = (scope: IConstruct): RecordedAcknowledgment[] => scope.node.findAll().flatMap(recorded);

/** What it has recorded on one construct. */
export const recorded = ({ node }: IConstruct): RecordedAcknowledgment[] =>
  metadata<Acknowledgment>(node, recordKey).map((data) => ({ path: node.path, ...data }));

/** What CDK takes for acknowledged under a scope: ours, those of its own constructs, and whatever went past us. */
export const allAcknowledgments = (scope: IConstruct): RecordedAcknowledgment[] =>
  scope.node.findAll().flatMap(({ node }) =>
    metadata<Record<string, string>>(node, Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap((data) => Object.entries(data))
      .map(([id, reason]) => ({ path: node.path, id: reported(id), reason })),
  );

const metadata = <T>(node: Node, key: string): T[] =>
  node.metadata.filter(({ type }) => type === key).map(({ data }) => data as T);

/** CDK records a bare id in its namespace of annotations. */
const reported = (id: string): string =>
  id.startsWith(builtInNamespace) ? id.slice(builtInNamespace.length) : id.replace(/^Annotation::/, '');

/** What is acknowledged on a stack, or on more, is acknowledged of resources that nobody has thought of yet. */
const objectionToScope = (construct: IConstruct): string[] =>
  App.isApp(construct) || Stage.isStage(construct) || Stack.isStack(construct)
    ? ['it covers whatever is added later: acknowledge on the smallest construct that holds the finding.']
    : [];

/** What is wrong with an acknowledgment, wherever it came from. */
export const objections = ({ id, reason }: Acknowledgment): string[] =>
  [objectionToId(id), objectionToReason(reason)].flatMap((problem) =>
    problem ? [`${id || '(no id)'}: ${problem}`] : [],
  );

function objectionToId(id: string): string | undefined {
  if (Token.isUnresolved(id)) return 'holds a token. Write the finding as synth prints it, with logical ids.';
  const open = id.indexOf('[');
  const base = open < 0 ? id : id.slice(0, open);
  if (base.includes('::')) {
    const bare = id.slice(base.lastIndexOf('::') + 2);
    return `write the bare id, "${bare}". With a namespace, as CDK's own report suggests it, packs do not see it outside of synth.`;
  }
  const rule = packRules().get(base);
  if (!rule)
    return isBuiltInRule(id) ? undefined : 'no pack of this project and no built-in validation has such a rule.';
  if (rule.exact && open < 0)
    return `name the exact finding, as synth prints it: "${id}[…]". The bare id matches nothing.`;
  if (!rule.exact && open >= 0) return `the rule has no exact findings: write "${base}".`;
  return undefined;
}

const unfinished = /\b(todo|tbd|fixme|xxx)\b/i;
const boilerplate =
  /\b(not (needed|required|applicable|relevant|necessary)|n\/a|false positive|accepted( risk)?|suppress(ed)?|ignored?|by design|works as (intended|designed)|see above)\b/gi;
const fewestWords = 8;

function objectionToReason(reason: string | undefined): string | undefined {
  if (unfinished.test(reason ?? '')) return 'the reason is not finished.';
  const words =
    (reason ?? '')
      .replaceAll(boilerplate, ' ')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words).size < fewestWords
    ? `the reason is thin: say in ${fewestWords} different words or more, beyond "not needed" and the like, why it is right here.`
    : undefined;
}
