import { setTimeout as sleep } from 'node:timers/promises';
import { CreateChangeSetCommand, DeleteStackCommand, DescribeChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { resourcesOf } from '../../review/changes';
import { answer, type Check, failsWith } from '../check';

/** Never made: every resource stands under a condition that does not hold. */
const never = { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } };

/**
 * A template with one resource of each type that we deploy and none that is made, and a group with the refresh policy of
 * ours. CloudFormation judges it when a change set is created.
 */
const probeTemplate = (types: readonly string[]): object => ({
  ...never,
  Resources: {
    Nothing: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
    ...Object.fromEntries(
      types.map((type) => [
        type.replace(/\W/g, ''),
        {
          Type: type,
          Condition: 'Never',
          ...(type === 'AWS::AutoScaling::AutoScalingGroup'
            ? {
                Properties: { MinSize: '0', MaxSize: '0' },
                UpdatePolicy: { AutoScalingInstanceRefresh: { Strategy: 'Rolling' } },
              }
            : {}),
        },
      ]),
    ),
  },
});

export const resourceTypes: Check = {
  name: 'resource types',
  asks: ['cloudformation:CreateChangeSet', 'cloudformation:DescribeChangeSet', 'cloudformation:DeleteStack'],
  because: 'a region learns new types and policies later than others; the first that it lacks fails its whole stack',
  async run({ cloudFormation }, { config, environment }) {
    const types = [...new Set(resourcesOf(environment).map(({ resource }) => resource.Type))]
      .filter((type) => type.startsWith('AWS::') && type !== 'AWS::CDK::Metadata')
      .sort();
    const StackName = `harbourline-preflight-${config.environment}`;
    const ChangeSetName = 'never-executed';
    let refusal: string | undefined;
    try {
      const refused = await failsWith(
        ['ValidationError'],
        cloudFormation
          .send(
            new CreateChangeSetCommand({
              StackName,
              ChangeSetName,
              ChangeSetType: 'CREATE',
              TemplateBody: JSON.stringify(probeTemplate(types)),
            }),
          )
          .catch((error: Error) => {
            refusal = error.message;
            throw error;
          }),
      );
      for (let attempt = 0; !refused && attempt < 30; attempt += 1) {
        const { Status, StatusReason } = await cloudFormation.send(
          new DescribeChangeSetCommand({ StackName, ChangeSetName }),
        );
        if (Status === 'FAILED') refusal = StatusReason ?? 'no reason given';
        if (Status === 'FAILED' || Status === 'CREATE_COMPLETE') break;
        await sleep(1_000);
      }
    } finally {
      // Of a stack that was never made nothing is left.
      await cloudFormation.send(new DeleteStackCommand({ StackName }));
    }
    return [
      answer(
        refusal === undefined,
        `${types.length} resource types, and instance refresh`,
        refusal ?? `known in ${config.region}, by a change set that is not executed`,
        'Ask AWS when the region gets it; until then the construct that holds it must do without.',
      ),
    ];
  },
};
