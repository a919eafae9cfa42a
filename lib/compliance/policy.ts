import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aspects, CloudFormationValidatePlugin, Stage, Validations } from 'aws-cdk-lib';
import { WriteNagSuppressionsToCloudFormationAspect } from 'cdk-nag';
import { acknowledgments, objections, type RecordedAcknowledgment } from './acknowledge';
import { type Finding, packFindings, policyPacks } from './packs';

/**
 * Makes every finding that nobody acknowledged an error at synth, and writes the acknowledgments into the templates,
 * beside their resources. For bin/app.ts, after the stages: tests use {@link auditPolicy}.
 */
export function registerPolicyPacks(app: App): void {
  Validations.of(app).addPlugins(...policyPacks());
  // Not the packs' own `writeSuppressionsToCloudFormation`: its aspect on the app stops at the border of a stage.
  for (const stage of app.node.findAll().filter(Stage.isStage)) {
    Aspects.of(stage).add(new WriteNagSuppressionsToCloudFormationAspect());
  }
}

/** What {@link auditPolicy} found out. A clean app has only `acknowledged`. */
export interface PolicyAudit {
  /** Findings without an acknowledgment on their resource or above it. */
  readonly unacknowledged: readonly Finding[];
  /** Findings with one. */
  readonly acknowledged: readonly (Finding & { readonly by: RecordedAcknowledgment })[];
  /** Acknowledgments that no finding needs: the resource was mended or removed, or the finding reads otherwise. */
  readonly stale: readonly RecordedAcknowledgment[];
  /** Acknowledgments that `acknowledge` would have refused: somebody went past it. */
  readonly refused: readonly string[];
}

/**
 * Judges an app, or one of its stages, by the packs and by CDK's built-in validation. Synthesises the app, because
 * references between stacks read differently afterwards, and so do the findings that hold one. The packs must not be
 * registered: synth would stop at the first report.
 */
export function auditPolicy(scope: Stage): PolicyAudit {
  const app = scope.node.root;
  if (!App.isApp(app)) throw new Error('auditPolicy() takes an app, or a stage of one.');
  const isBeneath = (path: string, above: string): boolean =>
    above === '' || path === above || path.startsWith(`${above}/`);

  const findings = [
    ...builtInFindings(app.synth().directory).filter(({ path }) => isBeneath(path, scope.node.path)),
    ...packFindings(scope),
  ];
  const all = acknowledgments(app);
  const needed = new Set<RecordedAcknowledgment>();
  const unacknowledged: Finding[] = [];
  const acknowledged: (Finding & { by: RecordedAcknowledgment })[] = [];
  for (const finding of findings) {
    const covering = all.filter(({ id, path }) => id === finding.id && isBeneath(finding.path, path));
    for (const each of covering) needed.add(each);
    // The nearest is the one that was written for it.
    const by = covering.sort((a, b) => b.path.length - a.path.length)[0];
    if (by) acknowledged.push({ ...finding, by });
    else unacknowledged.push(finding);
  }
  const own = all.filter(({ path }) => isBeneath(path, scope.node.path));
  return {
    unacknowledged,
    acknowledged,
    stale: own.filter((each) => !needed.has(each)),
    refused: own.flatMap((each) => objections(each).map((problem) => `${each.path}: ${problem}`)),
  };
}

interface ValidationReport {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly Violation[];
    readonly suppressedViolations?: readonly Violation[];
  }[];
}

interface Violation {
  readonly ruleName: string;
  readonly description: string;
  readonly severity: string;
  readonly violatingConstructs: readonly { readonly constructPath: string }[];
}

/** What the built-in validation wrote down at synth, acknowledged or not. No report where it is switched off. */
function builtInFindings(assembly: string): Finding[] {
  const file = join(assembly, 'validation-report.json');
  if (!existsSync(file)) return [];
  const { pluginReports } = JSON.parse(readFileSync(file, 'utf8')) as ValidationReport;
  return pluginReports
    .filter(({ pluginName }) => pluginName === CloudFormationValidatePlugin.PLUGIN_NAME)
    .flatMap(({ violations, suppressedViolations }) => [...violations, ...(suppressedViolations ?? [])])
    .flatMap(({ ruleName, description, severity, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({
        id: ruleName,
        path: constructPath,
        severity,
        message: description,
      })),
    );
}
