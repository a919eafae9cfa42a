import { type CfnResource, Stack, Token } from 'aws-cdk-lib';
import { NagMessageLevel, NagPack, NagRuleCompliance } from 'cdk-nag';
import { rules } from './rules';
import { partitionOf } from './rules/dashboard';
import type { Place, TemplateResource } from './rules/rule';

/**
 * The project's own rules, as one pack beside cdk-nag's: registered, audited and acknowledged in the same way. Every
 * finding is exact: `Harbourline-InstanceType[c7gn.large]`.
 */
export class HarbourlineChecks extends NagPack {
  readonly name = 'Harbourline';
  protected override packName = 'Harbourline';

  protected override checkResource(node: CfnResource): void {
    const resource = rendered(node);
    const place = placeOf(node);
    for (const { id, message, check } of rules) {
      this.applyRule({
        ruleSuffixOverride: id,
        info: message,
        explanation: message,
        level: NagMessageLevel.ERROR,
        node,
        rule: () => {
          const findings = check(resource, place);
          return findings.length > 0 ? [...findings] : NagRuleCompliance.COMPLIANT;
        },
      });
    }
  }
}

/**
 * The resource as the template has it. The typed properties, which nag's own rules read, lack property overrides; CDK
 * has no public way to one rendered resource.
 */
function rendered(node: CfnResource): TemplateResource {
  const { Resources } = Stack.of(node).resolve(node._toCloudFormation());
  return Object.values(Resources ?? {})[0] as TemplateResource;
}

function placeOf(node: CfnResource): Place {
  const { region } = Stack.of(node);
  return Token.isUnresolved(region) ? {} : { region, partition: partitionOf(region) };
}
