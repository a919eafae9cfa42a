/** Reasons that say something of a resource are held against its template: a reason is believed for a year. */
import type { RenderedResource } from './templates';

interface Fact {
  /** What a reason says. */
  readonly claim: RegExp;
  readonly holds: (resource: RenderedResource) => boolean;
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
    claim: /once per deployment|CloudFormation alone/i,
    holds: (each) => !isFunction(each) || !calledFromOutside(each),
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
    const [said] = claim.exec(reason) ?? [];
    return said && !holds(resource) ? [said] : [];
  });
