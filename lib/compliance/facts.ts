/** Reasons that say something of a resource are held against its template: a reason is believed for a year. */
import type { RenderedResource } from './templates';

interface Fact {
  /** What a reason says. */
  readonly claim: RegExp;
  readonly holds: (resource: RenderedResource, said: RegExpExecArray) => boolean;
}

const refersTo = (value: unknown, id: string): boolean => {
  const text = JSON.stringify(value) ?? '';
  return text.includes(`{"Ref":"${id}"}`) || text.includes(`{"Fn::GetAtt":["${id}",`);
};

const others = ({ template }: RenderedResource, type: RegExp) =>
  Object.values(template.Resources ?? {}).filter(({ Type }) => type.test(Type));

/** Rules of EventBridge that call a function. */
const rulesOf = (resource: RenderedResource) =>
  others(resource, /^AWS::(Events::Rule|Scheduler::Schedule)$/).filter(({ Properties }) =>
    refersTo(Properties?.Targets ?? Properties?.Target, resource.id),
  );

const calledFromOutside = (resource: RenderedResource): boolean =>
  rulesOf(resource).length > 0 ||
  others(resource, /^AWS::Lambda::(Permission|EventSourceMapping|Url)$/).some(({ Properties }) =>
    refersTo(Properties?.FunctionName ?? Properties?.TargetFunctionArn, resource.id),
  );

const isFunction = ({ resource }: RenderedResource): boolean => resource.Type === 'AWS::Lambda::Function';

const rates = { hour: /^rate\(1 hour\)$/, day: /^rate\(1 day\)$/ } as const;

const facts: readonly Fact[] = [
  {
    claim:
      /\b(once|only|alone|solely|exclusively)\b[^.;:,]{0,30}\bdeploy(ments?|s|ed)?\b|\bdeployments? (only|alone)\b|CloudFormation (alone|only)|(only|just) CloudFormation|\b(no|without a) schedule\b|no(body|thing) else (calls|invokes|runs|starts)/i,
    holds: (each) => !isFunction(each) || !calledFromOutside(each),
  },
  {
    claim: /\b(has|have|goes? to|go to|lands? in|kept in|keeps?)\b[^.;:]{0,30}\bdead[- ]letter queue\b/i,
    holds: (each) =>
      !isFunction(each) ||
      each.resource.Properties?.DeadLetterConfig !== undefined ||
      others(each, /^AWS::Lambda::EventInvokeConfig$/).some(({ Properties }) =>
        JSON.stringify(Properties ?? {}).includes('OnFailure'),
      ),
  },
  {
    claim: /\b(versioned|versions are kept|versioning is on)\b/i,
    holds: ({ resource: { Type, Properties } }) =>
      Type !== 'AWS::S3::Bucket' || Properties?.VersioningConfiguration?.Status === 'Enabled',
  },
  {
    claim: /\b(kept|retained|retention of|for) (for )?(\d+) days\b/i,
    holds: ({ resource: { Type, Properties } }, [, , , days]) =>
      Type !== 'AWS::Logs::LogGroup' || `${Properties?.RetentionInDays}` === days,
  },
  {
    claim: /\b(public access is blocked|blocks? (all )?public access|never public|not public)\b/i,
    holds: ({ resource: { Type, Properties } }) =>
      Type !== 'AWS::S3::Bucket' ||
      ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].every(
        (name) => `${Properties?.PublicAccessBlockConfiguration?.[name]}` === 'true',
      ),
  },
  {
    claim: /\b(reserved concurrency is set|concurrency is (reserved|limited))\b/i,
    holds: (each) => !isFunction(each) || each.resource.Properties?.ReservedConcurrentExecutions !== undefined,
  },
  {
    claim: /one call an (hour)/i,
    holds: (each) =>
      !isFunction(each) || rulesOf(each).some(({ Properties }) => rates.hour.test(`${Properties?.ScheduleExpression}`)),
  },
  {
    claim: /one call for each/i,
    holds: (each) =>
      !isFunction(each) ||
      rulesOf(each).some(({ Properties }) => Properties?.EventPattern !== undefined) ||
      others(each, /^AWS::Lambda::EventSourceMapping$/).some(({ Properties }) =>
        refersTo(Properties?.FunctionName, each.id),
      ),
  },
  {
    claim: /EventBridge tries again for a day/i,
    holds: (each) =>
      rulesOf(each).every(({ Properties }) => /"MaximumEventAgeInSeconds":86400/.test(JSON.stringify(Properties))),
  },
  { claim: /by a schedule every \d+ days/i, holds: (each) => !isFunction(each) || rulesOf(each).length > 0 },
  {
    claim: /renewed every (\d+) days/i,
    holds: (each) =>
      others(each, /^AWS::Events::Rule$/).some(
        ({ Properties }) =>
          /^rate\(\d+ days\)$/.test(`${Properties?.ScheduleExpression}`) && Properties?.State !== 'DISABLED',
      ),
  },
  {
    claim: /nothing inside the VPC/i,
    holds: (each) => !isFunction(each) || each.resource.Properties?.VpcConfig === undefined,
  },
  {
    claim: /the function is in isolated subnets/i,
    holds: (each) =>
      others(each, /^AWS::Lambda::Function$/).some(({ Properties }) => Properties?.VpcConfig !== undefined),
  },
];

/** The claims of a reason that its resource does not bear out, in the reason's own words. */
export const untrueClaims = (reason: string, resource: RenderedResource): string[] =>
  facts.flatMap(({ claim, holds }) => {
    const said = claim.exec(reason);
    return said && !holds(resource, said) ? [said[0]] : [];
  });
