import { parseEnvironment } from '../../config/parse';
import type { EnvironmentConfigInput } from '../../config/schema';
import { dev } from '../../harness/environments/dev';
import { synthesiseApp } from '../../harness/synthesise';
import { handler } from '../../lib/access/endpoint.handler';

type Resource = { Type: string; Properties: any };
type Access = NonNullable<EnvironmentConfigInput['store']['access']>;

const synthesised = (access: Access) =>
  synthesiseApp([parseEnvironment('dev', { ...dev, store: { ...dev.store, access } })]).assembly.stacksRecursively;
const resourcesIn = (stacks: ReturnType<typeof synthesised>, name: string): Resource[] =>
  Object.values(stacks.find(({ stackName }) => stackName === name)?.template.Resources ?? {});
const ofType = (resources: readonly Resource[], type: string) =>
  resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

describe('by a session', () => {
  const stacks = synthesised({});
  const own = resourcesIn(stacks, 'dev-Access');

  test('the instance admits nobody, and goes to the store and to AWS inside the VPC alone', () => {
    const [group] = ofType(own, 'AWS::EC2::SecurityGroup');
    expect(group.SecurityGroupIngress).toBeUndefined();
    expect(group.SecurityGroupEgress.map(({ CidrIp, FromPort }: any) => [CidrIp, FromPort])).toEqual([
      ['10.10.0.0/16', 443],
    ]);
    expect(own.filter(({ Type }) => /SecurityGroup(In|E)gress/.test(Type))).toEqual([]);
    const [{ LaunchTemplateData: data }] = ofType(own, 'AWS::EC2::LaunchTemplate');
    expect(data.MetadataOptions).toEqual({ HttpPutResponseHopLimit: 1, HttpTokens: 'required' });
    expect(JSON.stringify(data.SecurityGroupIds ?? data.NetworkInterfaces)).toContain('TracesClients');
    expect(data.UserData).toEqual({ 'Fn::Base64': expect.stringMatching(/^#!\/bin\/bash\s*$/) });
    expect(data.BlockDeviceMappings).toMatchObject([{ Ebs: { Encrypted: true } }]);
    expect(ofType(own, 'AWS::AutoScaling::AutoScalingGroup')).toMatchObject([{ MinSize: '1', MaxSize: '1' }]);
  });

  const statements = ofType(own, 'AWS::IAM::ManagedPolicy').map(({ Roles, PolicyDocument }) => ({
    held: Roles !== undefined,
    said: PolicyDocument.Statement,
  }));

  test('its role may do what Session Manager needs, and nothing else', () => {
    const [role, ...others] = statements.filter(({ held }) => held);
    expect(others).toEqual([]);
    for (const action of role!.said.flatMap(({ Action }: any) => Action)) {
      expect(action).toMatch(/^(ssmmessages:|ssm:UpdateInstanceInformation$)/);
    }
  });

  test('the document forwards to the domain and nowhere else, and is all that people may open there', () => {
    const [document] = ofType(own, 'AWS::SSM::Document');
    expect(document).toMatchObject({ Name: 'harbourline-dev-store', DocumentType: 'Session' });
    expect(Object.keys(document.Content.parameters)).toEqual(['localPortNumber']);
    expect(document.Content).toMatchObject({ sessionType: 'Port', properties: { portNumber: '443' } });
    expect(JSON.stringify(document.Content.properties.host)).toContain('DomainEndpoint');

    const [people] = statements.filter(({ held }) => !held);
    const starts = people!.said.filter(({ Action }: any) => Action === 'ssm:StartSession');
    expect(starts).toHaveLength(2);
    const [instance, byDocument] = starts;
    expect(instance.Condition).toEqual({
      StringEquals: { 'ssm:resourceTag/harbourline:environment': 'dev', 'ssm:resourceTag/harbourline:tier': 'access' },
      BoolIfExists: { 'ssm:SessionDocumentAccessCheck': 'true' },
    });
    expect(JSON.stringify(byDocument.Resource)).toMatch(/"Ref":"SessionDocument/);
    expect(ofType(own, 'AWS::AutoScaling::AutoScalingGroup')[0].Tags).toEqual(
      expect.arrayContaining([
        { Key: 'harbourline:environment', Value: 'dev', PropagateAtLaunch: true },
        { Key: 'harbourline:tier', Value: 'access', PropagateAtLaunch: true },
      ]),
    );
  });
});

const endpoint = {
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0'],
  prefixes: ['10.60.0.0/24'],
};

test('by an endpoint in an account of operators: home lets it in, a stage of that account makes it', () => {
  const stacks = synthesised({ via: 'endpoint', endpoint: { ...endpoint, account: '111111111114' } });
  const home = resourcesIn(stacks, 'dev-Access');
  expect(ofType(home, 'Custom::HarbourlineStoreEndpointAccess')).toMatchObject([
    { DomainName: 'harbourline-dev', Account: '111111111114' },
  ]);
  expect(ofType(home, 'AWS::EC2::LaunchTemplate')).toEqual([]);
  const theirs = stacks.find(({ stackName }) => stackName === 'dev-operators-Operators')!;
  expect(theirs.environment).toMatchObject({ account: '111111111114', region: 'ap-east-1' });
  expect(JSON.stringify(theirs.template)).not.toContain('Fn::ImportValue');
  const own = resourcesIn(stacks, 'dev-operators-Operators');
  const [made] = ofType(own, 'Custom::HarbourlineStoreEndpoint');
  expect(JSON.stringify(made.DomainArn)).toContain('es:ap-east-1:111111111111:domain/harbourline-dev');
  expect(made).toMatchObject({ VpcId: endpoint.vpcId, SubnetIds: endpoint.subnetIds });
  const [group] = ofType(own, 'AWS::EC2::SecurityGroup');
  expect(group.SecurityGroupIngress.map(({ CidrIp, FromPort }: any) => [CidrIp, FromPort])).toEqual([
    ['10.60.0.0/24', 443],
  ]);
});

test('by an endpoint in the own account, and by nothing', () => {
  const stacks = synthesised({ via: 'endpoint', endpoint });
  expect(ofType(resourcesIn(stacks, 'dev-Access'), 'Custom::HarbourlineStoreEndpoint')).toHaveLength(1);
  expect(stacks.some(({ stackName }) => stackName.includes('operators'))).toBe(false);
  expect(synthesised({ via: 'none' }).some(({ stackName }) => stackName === 'dev-Access')).toBe(false);
});

test.each<[string, Access, string]>([
  ['an endpoint that nothing describes', { via: 'endpoint' }, 'store.access.endpoint'],
  ['an endpoint that is not used', { endpoint }, 'store.access.endpoint'],
  [
    'the mainland',
    { via: 'endpoint', endpoint: { ...endpoint, account: '111111111112' } },
    'store.access.endpoint.account',
  ],
  [
    'services',
    { via: 'endpoint', endpoint: { ...endpoint, prefixes: ['10.30.0.0/24'] } },
    'store.access.endpoint.prefixes[0]',
  ],
  [
    'a subnet twice',
    { via: 'endpoint', endpoint: { ...endpoint, subnetIds: [...endpoint.subnetIds, ...endpoint.subnetIds] } },
    'store.access.endpoint.subnetIds[1]',
  ],
  [
    'the mainland',
    { via: 'endpoint', endpoint: { ...endpoint, prefixes: ['10.20.8.0/24'] } },
    'store.access.endpoint.prefixes[0]',
  ],
  ['an instance that the region lacks', { session: { instanceType: 't3a.nano' } }, 'store.access.session.instanceType'],
])('refused: %s', (_, access, path) => {
  let problems: { path: string; why: string; fix: string }[] = [];
  try {
    parseEnvironment('dev', { ...dev, store: { ...dev.store, access } });
  } catch (error) {
    ({ problems } = error as { problems: typeof problems });
  }
  expect(problems).toMatchObject([{ path, why: expect.stringMatching(/\w/), fix: expect.stringMatching(/\w/) }]);
});

describe('the function', () => {
  /** The service, as far as it is asked: what it was sent, and an endpoint that is active at the third look. */
  function service(status = 'ACTIVE') {
    const sent: [string, any][] = [];
    let looks = 0;
    const send = async (command: { constructor: { name: string }; input: any }) => {
      const name = command.constructor.name.replace('Command', '');
      sent.push([name, command.input]);
      if (name.startsWith('Describe')) {
        const Status = ++looks < 3 ? 'CREATING' : status;
        return { VpcEndpoints: [{ VpcEndpointId: 'aos-1', Status, Endpoint: 'vpc-store.example' }] };
      }
      return { VpcEndpoint: { VpcEndpointId: 'aos-1' } };
    };
    return { sent, client: { send } as never };
  }
  const ResourceProperties = { DomainArn: 'arn', VpcId: 'vpc-1', SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] };
  const event = { RequestType: 'Create', RequestId: 'once', ResourceProperties } as const;

  test('makes an endpoint, once, and waits until it is active', async () => {
    const { sent, client } = service();
    expect(await handler(event, {}, client, 0)).toEqual({
      PhysicalResourceId: 'aos-1',
      Data: { Endpoint: 'vpc-store.example' },
    });
    expect(sent.map(([name]) => name)).toEqual(['CreateVpcEndpoint', ...Array(3).fill('DescribeVpcEndpoints')]);
    expect(sent[0]![1]).toEqual({
      DomainArn: 'arn',
      VpcOptions: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
      ClientToken: 'once',
    });
  });

  test('changes it in its VPC, and makes another one elsewhere', async () => {
    const update = { ...event, RequestType: 'Update', PhysicalResourceId: 'aos-1' } as const;
    for (const [VpcId, first] of [
      ['vpc-1', 'UpdateVpcEndpoint'],
      ['vpc-0', 'CreateVpcEndpoint'],
    ] as const) {
      const { sent, client } = service();
      await handler({ ...update, OldResourceProperties: { ...ResourceProperties, VpcId } }, {}, client, 0);
      expect(sent[0]![0]).toBe(first);
    }
  });

  test('says which one failed', async () => {
    await expect(handler(event, {}, service('CREATE_FAILED').client, 0)).rejects.toThrow(/aos-1 is CREATE_FAILED/);
  });

  test('takes away what there is, and nothing that never was', async () => {
    const { sent, client } = service();
    await handler({ ...event, RequestType: 'Delete', PhysicalResourceId: 'aos-1' }, {}, client, 0);
    await handler({ ...event, RequestType: 'Delete', PhysicalResourceId: 'dev-Operators-Endpoint' }, {}, client, 0);
    expect(sent).toEqual([['DeleteVpcEndpoint', { VpcEndpointId: 'aos-1' }]]);
  });

  test('lets an account in, and out again', async () => {
    const { sent, client } = service();
    const access = { ...event, ResourceProperties: { DomainName: 'harbourline-dev', Account: '111111111114' } };
    await handler(access, {}, client, 0);
    await handler({ ...access, RequestType: 'Delete' }, {}, client, 0);
    expect(sent.map(([name]) => name)).toEqual(['AuthorizeVpcEndpointAccess', 'RevokeVpcEndpointAccess']);
    expect(new Set(sent.map(([, input]) => input.Account))).toEqual(new Set(['111111111114']));
  });
});
