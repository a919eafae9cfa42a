/** Each request against all policies that AWS would ask together: role, boundary, endpoint, resource, key. */
import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Named } from '../../judges/assembly/arns';
import { listOf, type Role, resourcePolicies, type Statement } from '../../judges/permissions/policies';
import { agent, type Call, calls, instances, type Request } from './calls';
import { mustRefuse } from './refused';
import type { World } from './world';

const document = (statements: readonly Statement[]) => ({ Version: '2012-10-17', Statement: statements });

/** What a service of a request is called among endpoints. */
const endpointOf = ({ action }: Request): string => {
  const service = action.split(':')[0] ?? '';
  return action === 'servicediscovery:DiscoverInstances' ? 'data-servicediscovery' : service;
};

/** The policy of the endpoint that a request of the VPC goes by; the domain is in the VPC itself. */
function endpoint(world: World, request: Request): { policy?: unknown; missing?: string } {
  const service = endpointOf(request);
  if (service === 'es') return {};
  const found = world
    .find('EC2::VPCEndpoint')
    .find(({ properties }) => `${properties.ServiceName}`.endsWith(`.${service}`));
  if (!found) return { missing: `the VPC has no endpoint of ${service}` };
  const statements = listOf<Statement>(found.properties.PolicyDocument?.Statement);
  // CDK writes everybody as { AWS: '*' }, which of an endpoint means the same.
  return statements.length > 0 ? { policy: document(statements.map((each) => ({ ...each, Principal: '*' }))) } : {};
}

/** What is handed over to clients: as its output says it, and as the environment's templates have it. */
function handedOver(world: World, resource: string): { policy: Statement[] | undefined } | undefined {
  const { owner, config } = world;
  const { certificate, pseudonyms } = config.collect.entrance.handedOver ?? {};
  for (const [given, at] of [
    [certificate, /CertificatesAgent/],
    [pseudonyms, /Pseudonym/],
  ] as const) {
    if (!owner || !given || ![given.secretArn, given.keyArn].includes(resource)) continue;
    const [secret] = owner.find('SecretsManager::Secret', at);
    const key = secret && owner.all.find(({ arn }) => arn === secret.properties.KmsKeyId);
    // A key of the organisation: docs/adopt.md says whom its policy names.
    if (resource === given.keyArn && !key) {
      const Principal = { AWS: `arn:${world.partition}:iam::${world.account}:root` };
      return { policy: [{ Effect: 'Allow', Principal, Action: 'kms:Decrypt', Resource: '*' }] };
    }
    const policies = resourcePolicies(owner.all);
    const found =
      resource === given.keyArn
        ? policies.find((each) => each.at === key?.at)
        : policies.find(({ type, at: place }) => type === 'AWS::SecretsManager::ResourcePolicy' && at.test(place));
    const text = JSON.stringify(found?.statements ?? []);
    return {
      policy: JSON.parse(
        text.replaceAll(secret?.arn ?? ' ', given.secretArn).replaceAll(key?.arn ?? ' ', given.keyArn),
      ),
    };
  }
  return undefined;
}

/** An authority of another account: the default permission that Resource Access Manager shares it with. */
function sharedAuthority({ account, partition }: World): Statement[] {
  const to = { Effect: 'Allow', Principal: { AWS: `arn:${partition}:iam::${account}:root` }, Resource: '*' } as const;
  const TemplateArn = `arn:${partition}:acm-pca:::template/EndEntityCertificate/V1`;
  const read = ['DescribeCertificateAuthority', 'GetCertificate', 'GetCertificateAuthorityCertificate'];
  return [
    { ...to, Action: read.map((action) => `acm-pca:${action}`) },
    {
      ...to,
      Action: 'acm-pca:IssueCertificate',
      Condition: { StringEquals: { 'acm-pca:TemplateArn': TemplateArn } },
    },
  ];
}

/** The policy of what is asked for, where it has one. */
function resourcePolicy(world: World, { resource }: Request): Statement[] | undefined {
  const given = handedOver(world, resource);
  if (given) return given.policy;
  const policies = resourcePolicies(world.all);
  const owner = (each: Named): boolean => resource === each.arn || resource.startsWith(`${each.arn}/`);
  const own = world.all.find(
    (each) => each.arn.startsWith('arn:') && /KMS::Key|OpenSearchService::Domain/.test(each.type) && owner(each),
  );
  if (own) return policies.find(({ at }) => at === own.at)?.statements as Statement[] | undefined;
  const bucket = world.find('S3::Bucket').find(owner);
  // A key of others has, as far as anybody here knows, the policy that KMS gives: IAM of its account decides.
  if (resource.includes(':kms:')) {
    const owner = /:(\d{12}):/.exec(resource)?.[1];
    return [
      {
        Effect: 'Allow',
        Action: 'kms:*',
        Resource: '*',
        Principal: { AWS: `arn:${world.partition}:iam::${owner}:root` },
      },
    ];
  }
  if (resource.includes(':acm-pca:') && !resource.includes(`:${world.account}:`)) return sharedAuthority(world);
  const named = bucket && world.find('S3::BucketPolicy').find(({ properties }) => properties.Bucket === bucket.ref);
  return named ? (policies.find(({ at }) => at === named.at)?.statements as Statement[] | undefined) : undefined;
}

/**
 * The simulator drops contexts of encryption (`kms:EncryptionContext:…`), which IAM compares as any other text: under another name,
 * in policies and request alike, it compares them.
 */
const renamed = <T>(simulation: T): T =>
  JSON.parse(
    JSON.stringify(simulation).replaceAll('kms:EncryptionContext:', 'aws:PrincipalTag/kms.EncryptionContext.'),
  );

/** A role's verdict: `Allowed`, or why not. */
async function verdict(world: World, role: Role, request: Request, inside: boolean): Promise<string> {
  const { action, resource, context, via } = request;
  const way = inside && !via ? endpoint(world, request) : {};
  if (way.missing) return way.missing;
  // A boundary is a policy of the organisation: what it says stands in no template.
  if (role.boundary && !world.boundary) return `not judged: nothing says what the boundary ${role.boundary} allows`;
  const policy = resourcePolicy(world, request);
  const account = /^arn:aws[\w-]*:[\w-]*:[\w-]*:(\d{12}):/.exec(resource)?.[1] ?? world.account;
  const simulation = {
    request: {
      principal: role.arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/').concat('/session'),
      action,
      resource: { resource, accountId: account },
      contextVariables: {
        'aws:PrincipalAccount': world.account,
        'aws:PrincipalArn': role.arn,
        'aws:ResourceAccount': account,
        'aws:SecureTransport': 'true',
        ...context,
      },
    },
    identityPolicies: [{ name: role.at, policy: document(role.statements) }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(role.boundary && world.boundary
      ? { permissionBoundaryPolicies: [{ name: 'boundary', policy: document(world.boundary) }] }
      : {}),
    ...(policy ? { resourcePolicy: document(policy) } : {}),
    ...(way.policy ? { vpcEndpointPolicies: [{ name: 'endpoint', policy: way.policy }] } : {}),
  };
  const answer = await runSimulation(renamed(simulation), {});
  if (answer.resultType === 'error') return `not judged: ${JSON.stringify(answer.errors)}`;
  return answer.overallResult;
}

/** Whoever makes calls: roles, and the policy that service nodes are given. */
function callersOf(world: World, { callers }: Pick<Call, 'callers'>): Role[] {
  const given = world
    .find('IAM::ManagedPolicy')
    .filter(({ properties }) => !properties.Roles)
    .map(({ at, properties }) => ({
      at,
      name: at,
      arn: world.stage.client?.nodeRoleArns[0] ?? `arn:${world.partition}:iam::${world.account}:role/service-node`,
      trust: [],
      statements: listOf<Statement>(properties.PolicyDocument.Statement),
      managed: [],
    }));
  return [...world.roles, ...given].filter(({ at }) => callers.test(at));
}

/** What Lambda asks for with a function's role, and CDK's framework with its own. */
function ofFunctions(world: World): { role: Role; request: Request }[] {
  return world.find('Lambda::Function').flatMap(({ properties }) => {
    const { Role: arn, LoggingConfig, VpcConfig, Environment } = properties;
    const role = world.roles.find((each) => each.arn === arn);
    const group = world.find('Logs::LogGroup').find(({ ref }) => ref === LoggingConfig?.LogGroup);
    if (!role || !group) return [];
    const stream = group.arn.replace(/:\*$/, ':log-stream:1');
    const called = Environment?.Variables?.USER_ON_EVENT_FUNCTION_ARN;
    const requests: Request[] = [
      { action: 'logs:CreateLogStream', resource: stream },
      { action: 'logs:PutLogEvents', resource: stream },
      ...(VpcConfig
        ? ['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets', 'DeleteNetworkInterface']
        : []
      ).map((name) => ({
        action: `ec2:${name}`,
        resource: name.startsWith('Describe')
          ? '*'
          : `arn:${world.partition}:ec2:${world.region}:${world.account}:network-interface/*`,
      })),
      ...(called
        ? ['lambda:InvokeFunction', 'lambda:GetFunction'].map((action) => ({ action, resource: called }))
        : []),
    ];
    return requests.map((request) => ({ role, request }));
  });
}

/** A request that is not treated as it should be, and why. */
interface Judged {
  readonly caller: string;
  readonly request: Request;
  readonly why: string;
}

/** Every call of every caller, as far as it is not allowed; and how many were asked. */
export async function judgeCalls(world: World): Promise<{ asked: number; refused: Judged[] }> {
  const refused: Judged[] = [];
  let asked = 0;
  for (const call of calls) {
    for (const role of callersOf(world, call)) {
      for (const request of call.requests(world, role.at)) {
        asked += 1;
        // Service nodes and receivers are in VPCs of their own, whose endpoints stand in no template of ours.
        const ours = world.stage.kind === 'environment' && !agent.test(role.at);
        const why = await verdict(world, role, request, call.inside && ours);
        if (why !== 'Allowed') refused.push({ caller: role.at, request, why });
      }
    }
  }
  for (const { role, request } of ofFunctions(world)) {
    asked += 1;
    const why = await verdict(world, role, request, false);
    if (why !== 'Allowed') refused.push({ caller: role.at, request, why });
  }
  return { asked, refused };
}

/** Of the requests that must be refused, those that are not; and how many were tried. A caller that an environment has not is none. */
export async function judgeRefusals(world: World): Promise<{ tried: number; allowed: Judged[] }> {
  const allowed: Judged[] = [];
  let tried = 0;
  for (const { why, caller, request: of } of mustRefuse) {
    for (const role of callersOf(world, { callers: caller })) {
      tried += 1;
      const request = of(world);
      const answer = await verdict(world, role, request, instances.test(role.at));
      // What is not judged is not refused: a mistyped action would be refused indefinitely.
      if (answer === 'Allowed' || answer.startsWith('not judged'))
        allowed.push({ caller: role.at, request, why: `${why} (${answer})` });
    }
  }
  return { tried, allowed };
}
