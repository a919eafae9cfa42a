import { createRequire } from 'node:module';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type IApplyRule, type NagPack, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { HarbourlineChecks } from './harbourline-checks';

/** The packs that judge this app, new ones: a pack keeps the findings of its last run. */
export const policyPacks = (): NagPack[] => [
  new AwsSolutionsChecks(),
  new NIST80053R5Checks(),
  new HarbourlineChecks(),
];

/**
 * Packs that are run and reported in docs/compliance.md, and fail nothing at synth: what PCI DSS asks of these resources
 * NIST asks, too, so that each of its findings must be answered by the acknowledgment of the same rule there.
 */
export const reportedPacks = (): NagPack[] => [new PCIDSS321Checks()];

/** Something that a pack or the built-in validation objects to. */
export interface PolicyFinding {
  /** As it must be acknowledged: `AwsSolutions-S1`, `AwsSolutions-IAM5[Resource::*]`, `E3012`. */
  readonly id: string;
  /** Path of the resource's construct. */
  readonly path: string;
  readonly severity: string;
  readonly message: string;
}

/** What the packs find under a scope, acknowledged or not. The app must have been synthesised: see {@link auditPolicy}. */
export function packFindings(scope: IConstruct, packs = policyPacks()): PolicyFinding[] {
  return packs.flatMap((pack) => {
    // The only question that a pack asks of acknowledgments, answered with no.
    const strict: NagPack = Object.create(pack, { isAcknowledged: { value: () => false } });
    return strict.validateScope(scope).violations.flatMap(({ ruleName, description, severity, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({
        id: ruleName,
        path: constructPath ?? '',
        severity: severity ?? 'error',
        message: description,
      })),
    );
  });
}

/** nag's rules that report exact findings in brackets. All of ours do. */
const exactRules = [
  'AuroraMySQLLogging',
  'DocumentDBClusterLogExports',
  'IAMNoManagedPolicies',
  'IAMNoWildcardPermissions',
  'OpenSearchSlowLogsToCloudWatch',
  'RDSLoggingEnabled',
];

let known: Map<string, { exact: boolean }> | undefined;

/** The rules of all packs by id. A pack has no list of them, so one is asked to judge an empty resource. */
export function packRules(): ReadonlyMap<string, { exact: boolean }> {
  known ??= rulesOf(policyPacks());
  return known;
}

/** The rules of some packs by id. */
export function rulesOf(packs: readonly NagPack[]): Map<string, { exact: boolean }> {
  const rules = new Map<string, { exact: boolean }>();
  // With an account and a region: a permissions boundary in the context may hold placeholders of them.
  // Where the CLI synthesises, any app writes its assembly when the process ends: over that of the real one.
  const stack = new Stack(new App({ autoSynth: false }), 'Rules', {
    env: { account: '000000000000', region: 'ap-east-1' },
  });
  const nothing = new CfnResource(stack, 'Nothing', { type: 'Harbourline::Nothing' });
  for (const pack of packs) {
    const note = ({ rule, ruleSuffixOverride }: IApplyRule): void => {
      const exact = exactRules.includes(rule.name) || pack instanceof HarbourlineChecks;
      rules.set(`${pack.readPackName}-${ruleSuffixOverride ?? rule.name}`, { exact });
    };
    Object.create(pack, { applyRule: { value: note } }).checkResource(nothing);
  }
  return rules;
}

/** The namespace that CDK wants before the ids of its built-in validation. */
export const builtInNamespace = 'CloudFormation-Validate::';

let builtIn: Set<string> | undefined;

/**
 * Whether an id is written as those of CDK's built-in validation are, such as `E3012`. Whether there is such a rule the engine
 * says, which takes seconds to start: an acknowledgment of none is stale to `auditPolicy`, as every one that no finding needs.
 */
export const isBuiltInRule = (id: string): boolean => /^[EFIW]\d{4}$/.test(id);

/** The rules of CDK's built-in validation. */
export function builtInRules(): ReadonlySet<string> {
  if (!builtIn) {
    // Bundled with CDK, not a dependency of ours.
    const { CompositeEngine } = createRequire(require.resolve('aws-cdk-lib'))('@aws/cloudformation-validate');
    const engine = new CompositeEngine({});
    builtIn = new Set(engine.listRules().map((rule: { id: string }) => rule.id));
    engine.free();
  }
  return builtIn;
}
