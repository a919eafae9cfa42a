/** The wait at the end of a stack: what it counts, when it gives up, what it protects. */
import { type Aws, handler, type SettledEvent } from '../../lib/machine/settled.handler';

const properties = {
  StackName: 'dev-Collect',
  Groups: [{ Of: 'gateways', Count: '2' }],
  TargetGroups: [{ Of: 'arn:targets', Count: '2' }],
  Services: [{ Of: 'srv-1', Count: '2' }],
  Protect: ['arn:balancer'],
  Generation: '1 1',
};
const event = (RequestType: SettledEvent['RequestType'] = 'Create'): SettledEvent => ({
  RequestType,
  ResourceProperties: properties,
});

interface Found {
  readonly instances: readonly string[];
  readonly targets: readonly string[];
  readonly registered: number;
}
const working: Found = { instances: ['InService', 'InService'], targets: ['healthy', 'healthy'], registered: 2 };

/** AWS, where each poll finds the next of `found`; the last stays. */
function aws(found: Found[], status = 'CREATE_IN_PROGRESS', refusal?: string) {
  const protections: string[] = [];
  let poll = -1;
  const now = () => found[Math.min(poll, found.length - 1)] as Found;
  const client = (send: (input: any) => object) => ({ send: async ({ input }: any) => send(input) }) as any;
  const doubles: Aws = {
    cloudFormation: client(({ StackName }) => {
      expect(StackName).toBe('dev-Collect');
      return { Stacks: [{ StackStatus: status }] };
    }),
    autoScaling: client(({ AutoScalingGroupNames }) => {
      poll += 1;
      expect(AutoScalingGroupNames).toEqual(['gateways']);
      const Instances = now().instances.map((LifecycleState, index) => ({
        InstanceId: `i-${index}`,
        LifecycleState,
        HealthStatus: 'Healthy',
      }));
      return { AutoScalingGroups: [{ Instances }] };
    }),
    loadBalancing: client(({ TargetGroupArn, LoadBalancerArn, Attributes }) => {
      if (TargetGroupArn) {
        return { TargetHealthDescriptions: now().targets.map((State) => ({ TargetHealth: { State } })) };
      }
      if (refusal) throw Object.assign(new Error(refusal), { name: refusal });
      protections.push(`${LoadBalancerArn} ${Attributes[0].Key}=${Attributes[0].Value}`);
      return {};
    }),
    cloudMap: client(() => ({ Instances: Array.from({ length: now().registered }) })),
  };
  return { doubles, protections, polls: () => poll + 1 };
}
const pause = async () => {};
const on = 'arn:balancer deletion_protection.enabled=true';

beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

test('waits until all of it works, and protects only then', async () => {
  const { doubles, protections, polls } = aws([
    { instances: ['Pending:Wait'], targets: [], registered: 0 },
    { ...working, targets: ['healthy', 'initial'] },
    { ...working, registered: 1 },
    working,
  ]);
  await handler(event(), undefined, doubles, pause);
  expect(polls()).toBe(4);
  expect(protections).toEqual([on]);
});

test.each([
  ['an instance that hangs in its hook', { ...working, instances: ['InService', 'Pending:Wait'] }, 'gateways: 1 of 2'],
  ['no instance at all', { ...working, instances: [] }, 'gateways: 0 of 2 in service (no instance)'],
  ['a target that is ill', { ...working, targets: ['healthy', 'unhealthy'] }, 'arn:targets: 1 of 2 healthy'],
  ['one that registers nowhere', { ...working, registered: 1 }, 'srv-1: 1 of 2 registered'],
])('%s fails the deployment, by name, and nothing is protected', async (_what, found, said) => {
  const { doubles, protections } = aws([found]);
  await expect(handler(event(), undefined, doubles, pause)).rejects.toThrow(said);
  expect(protections).toEqual([]);
});

test('what goes back is not waited for: it may be the outage that was to be fixed', async () => {
  const { doubles, polls } = aws([{ instances: [], targets: [], registered: 0 }], 'UPDATE_ROLLBACK_IN_PROGRESS');
  await handler(event('Update'), undefined, doubles, pause);
  expect(polls()).toBe(0);
});

test('a creation that failed is no longer protected, nor one whose load balancer is gone', async () => {
  const { doubles, protections } = aws([working], 'ROLLBACK_IN_PROGRESS');
  await handler(event('Delete'), undefined, doubles, pause);
  expect(protections).toEqual(['arn:balancer deletion_protection.enabled=false']);
  const gone = aws([working], 'DELETE_IN_PROGRESS', 'LoadBalancerNotFoundException');
  await handler(event('Delete'), undefined, gone.doubles, pause);
});
