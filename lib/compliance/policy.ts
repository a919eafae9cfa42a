import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aspects, CfnResource, CloudFormationValidatePlugin, type IAspect, Stage, Validations } from 'aws-cdk-lib';
import { acknowledgments, allAcknowledgments, objections, type RecordedAcknowledgment, recorded } from './acknowledge';
import { untrueClaims } from './facts';
import { isBuiltInRule, type PolicyFinding, packFindings, policyPacks } from './packs';
import { renderedResources, templateFindings } from './templates';

/**
 * Makes every finding that nobody acknowledged an error at synth, and writes the acknowledgments into the templates,
 * beside their resources. For bin/app.ts, after the stages: tests use {@link auditPolicy}.
 */
export function registerPolicyPacks(app: App): void {
  Validations.of(app).addPlugins(...policyPacks());
  writeAcknowledgmentsInto(app);
}

/**
 * Writes what is acknowledged into the templates of an app, beside its resources: where reviewers look for it. Change review
 * asks for it by name, in each of the two checkouts that it compares.
 *
 * @public
 */
export function writeAcknowledgmentsInto(app: App): void {
  // One for each: an aspect on the app stops at the border of a stage.
  for (const stage of app.node.findAll().filter(Stage.isStage)) Aspects.of(stage).add(writeAcknowledgments);
}

/**
 * In the format of cdk-nag, which compliance tools read, but not by its `writeSuppressionsToCloudFormation`: that is
 * without effect in stages, and repeats CDK's own acknowledgments on every resource beneath them.
 */
const writeAcknowledgments: IAspect = {
  visit(node) {
    if (!CfnResource.isCfnResource(node)) return;
    const rules = node.node.scopes
      .flatMap(recorded)
      .filter(({ id }) => !isBuiltInRule(id))
      .map(({ id, reason }) => ({ id, reason }));
    if (rules.length > 0) node.addMetadata('cdk_nag', { rules_to_suppress: rules });
  },
};

/** What {@link auditPolicy} found out. A clean app has only `acknowledged`. */
export interface PolicyAudit {
  /** Findings without an acknowledgment on their resource or above it. */
  readonly unacknowledged: readonly PolicyFinding[];
  /** Findings with one. */
  readonly acknowledged: readonly (PolicyFinding & { readonly by: RecordedAcknowledgment })[];
  /** Acknowledgments that no finding needs: the resource was fixed or removed, or the finding reads otherwise. */
  readonly stale: readonly RecordedAcknowledgment[];
  /** Acknowledgments of a pack's findings that did not come through `acknowledge`, and were not looked at by it. */
  readonly bypassed: readonly RecordedAcknowledgment[];
  /** Acknowledgments that cover resources of more than one kind: each finding has a smaller construct of its own. */
  readonly wide: readonly RecordedAcknowledgment[];
  /** Acknowledgments whose reason says something of the resource that its template does not. */
  readonly untrue: readonly (RecordedAcknowledgment & { readonly claim: string })[];
}

/**
 * Judges an app, or one of its stages, by the packs and by CDK's built-in validation. Synthesises the app, because
 * references between stacks read differently afterwards, and so do the findings that hold one. The packs must not be
 * registered: synth would stop at the first report.
 */
export function auditPolicy(scope: Stage): PolicyAudit {
  const app = scope.node.root;
  if (!App.isApp(app)) throw new Error('auditPolicy() takes an app, or a stage of one.');

  const assembly = app.synth();
  const templates = renderedResources(app, assembly);
  const findings = [
    ...builtInFindings(assembly.directory).filter(({ path }) => isBeneath(path, scope.node.path)),
    ...packFindings(scope),
  ];
  // What the packs see only when they read the template: raw resources, and what overrides made of typed ones.
  const seen = new Set(findings.map(({ id, path }) => `${bareId(id)} ${path}`));
  findings.push(
    ...templateFindings(templates).filter(
      ({ id, path }) => isBeneath(path, scope.node.path) && !seen.has(`${bareId(id)} ${path}`),
    ),
  );
  const all = allAcknowledgments(app);
  const unacknowledged: PolicyFinding[] = [];
  const acknowledged: (PolicyFinding & { by: RecordedAcknowledgment })[] = [];
  for (const finding of findings) {
    // The nearest is the one that was written for it.
    const by = all.filter((each) => covers(each, finding)).sort((a, b) => b.path.length - a.path.length)[0];
    if (by) acknowledged.push({ ...finding, by });
    else unacknowledged.push(finding);
  }

  const recordedOnes = acknowledgments(scope);
  // A record that acknowledge() would have refused was written past it.
  const ours = recordedOnes.filter((each) => objections(each).length === 0);
  return {
    unacknowledged,
    acknowledged,
    stale: recordedOnes.filter((each) => !findings.some((finding) => covers(each, finding))),
    wide: ours.filter((each) => {
      const covered = acknowledged.filter(({ by }) => by.path === each.path && by.id === each.id);
      return new Set(covered.map(({ path }) => familyOf(templates.get(path)?.resource.Type))).size > 1;
    }),
    untrue: acknowledged.flatMap(({ by, path }) => {
      const resource = templates.get(path);
      const claims = resource ? untrueClaims(by.reason, resource) : [];
      return claims.map((claim) => ({ ...by, path, claim }));
    }),
    bypassed: allAcknowledgments(scope).filter(
      ({ id, path }) => !isCdksOwn(id) && !ours.some((each) => each.id === id && each.path === path),
    ),
  };
}

/** A network ACL and its entries are one thing to decide. */
const familyOf = (type = ''): string => type.replace(/(Entry|Ingress|Egress|Association|Policy)$/, '');

const bareId = (id: string): string => id.replace(/\[.*$/, '');

const isBeneath = (path: string, above: string): boolean =>
  above === '' || path === above || path.startsWith(`${above}/`);

const covers = ({ id, path }: RecordedAcknowledgment, finding: PolicyFinding): boolean =>
  id === finding.id && isBeneath(finding.path, path);

/** CDK's constructs acknowledge findings of its validation and its own warnings; they know nothing of packs. */
const isCdksOwn = (id: string): boolean => isBuiltInRule(id) || id.startsWith('@aws-cdk/');

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
function builtInFindings(assembly: string): PolicyFinding[] {
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
