/** Requests that must be refused, whoever writes the policies: each is something that would break a promise. */
import { handoverBucketName } from '../../lib/contract/buckets';
import { namesOf } from '../../lib/contract/names';
import type { Request } from './calls';
import type { World } from './world';

export interface MustRefuse {
  readonly why: string;
  /** Place of the role. */
  readonly caller: RegExp;
  readonly request: (world: World) => Request;
}

const gateway = /^Collect\/GatewayRole/;
const sampler = /^Store\/WriterRole/;
const relay = /^Link\/RelaysRole/;
const issuer = /^Collect\/CertificatesIssuerRole/;
const bootstrap = /^Store\/BootstrapRole/;

const of = (action: string, resource: string, context?: Request['context']): Request => ({
  action,
  resource,
  ...(context ? { context } : {}),
});
const bucket = ({ config, account }: World): string => `arn:aws:s3:::${handoverBucketName(namesOf(config), account)}`;
const elsewhere = 'arn:aws:s3:::somebody-elses-bucket/spans.tar.gz';
const secret = (world: World, at: RegExp): string => world.one('SecretsManager::Secret', at).arn;
const ofSecrets = ({ config, one }: World): string =>
  config.organisation.keyArns.secrets ?? one('KMS::Key', /^Collect\/CertificatesKey/).arn;
const domain = (world: World): string => `${world.one('OpenSearchService::Domain').arn}/_search`;

export const mustRefuse: readonly MustRefuse[] = [
  { why: 'spans put into a bucket of somebody else', caller: sampler, request: () => of('s3:PutObject', elsewhere) },
  { why: 'spans put into a bucket of somebody else', caller: gateway, request: () => of('s3:PutObject', elsewhere) },
  {
    why: "another tier's remainders",
    caller: gateway,
    request: (world) => of('s3:GetObject', `${bucket(world)}/sampler/i-1.tar.gz`),
  },
  {
    why: "relays see aggregates only: samplers' remainders are spans",
    caller: relay,
    request: (world) => of('s3:GetObject', `${bucket(world)}/sampler/i-1.tar.gz`),
  },
  {
    why: 'dead letters are for people',
    caller: sampler,
    request: (world) => of('s3:GetObject', `${bucket(world)}/dead-letters/i-1.tar.gz`),
  },
  {
    why: "another tier's certificate",
    caller: gateway,
    request: (world) => of('secretsmanager:GetSecretValue', secret(world, /CertificatesSampler/)),
  },
  {
    why: 'nobody but its function writes certificates',
    caller: sampler,
    request: (world) => of('secretsmanager:PutSecretValue', secret(world, /CertificatesSampler/)),
  },
  {
    why: 'the key of certificates, not through Secrets Manager',
    caller: sampler,
    request: (world) => ({
      ...of('kms:Decrypt', ofSecrets(world), {
        'kms:ViaService': `s3.${world.region}.amazonaws.com`,
      }),
      via: 's3',
    }),
  },
  {
    why: "the store's key",
    caller: sampler,
    request: (world) => ({ ...of('kms:Decrypt', world.one('KMS::Key', /^Store\/TracesKey/).arn), via: 'es' }),
  },
  {
    why: 'gateways have nothing to do with the store',
    caller: gateway,
    request: (world) => of('es:ESHttpGet', domain(world)),
  },
  {
    why: 'relays have nothing to do with the store',
    caller: relay,
    request: (world) => of('es:ESHttpGet', domain(world)),
  },
  {
    why: 'functions have nothing to do with the store but those of its own',
    caller: issuer,
    request: (world) => of('es:ESHttpGet', domain(world)),
  },
  {
    why: 'certificates that could sign others',
    caller: issuer,
    request: ({ config: { organisation }, account, region }) =>
      of(
        'acm-pca:IssueCertificate',
        organisation.certificateAuthorityArn ??
          `arn:aws:acm-pca:${region}:${account}:certificate-authority/00000000-0000-4000-8000-000000000000`,
        { 'acm-pca:TemplateArn': 'arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1' },
      ),
  },
  {
    why: 'the domain itself is changed by deployments',
    caller: bootstrap,
    request: (world) => of('es:UpdateDomainConfig', world.one('OpenSearchService::Domain').arn),
  },
  {
    why: 'a relay that would be taken for a sampler',
    caller: relay,
    request: (world) =>
      of('servicediscovery:RegisterInstance', world.one('ServiceDiscovery::Service', /^Collect\//).arn),
  },
  {
    why: "another tier's hook",
    caller: gateway,
    request: (world) =>
      of('autoscaling:CompleteLifecycleAction', world.one('AutoScaling::AutoScalingGroup', /Samplers/).arn, {
        'aws:ResourceTag/harbourline:environment': world.environment,
        'aws:ResourceTag/harbourline:tier': 'sampler',
      }),
  },
  {
    why: 'logs are deleted by their retention',
    caller: sampler,
    request: (world) =>
      of('logs:DeleteLogGroup', world.one('Logs::LogGroup', /^Collect\/Metrics/).arn.replace(/:\*$/, '')),
  },
  {
    why: "the store's logs",
    caller: sampler,
    request: (world) =>
      of(
        'logs:GetLogEvents',
        `${world.one('Logs::LogGroup', /^Store\/TracesAuditLog/).arn.replace(/:\*$/, '')}:log-stream:1`,
      ),
  },
  {
    why: 'commands on other instances',
    caller: gateway,
    request: (world) =>
      of('ssm:SendCommand', `arn:aws:ec2:${world.region}:${world.account}:instance/i-00000000000000000`),
  },
  {
    why: 'becoming somebody else',
    caller: sampler,
    request: (world) => of('sts:AssumeRole', `arn:aws:iam::${world.account}:role/administrator`),
  },
  {
    why: 'rights for itself',
    caller: bootstrap,
    request: (world) => of('iam:PutRolePolicy', `arn:aws:iam::${world.account}:role/x`),
  },
  {
    why: 'snapshots of disks with queues',
    caller: sampler,
    request: (world) =>
      of('ec2:CreateSnapshot', `arn:aws:ec2:${world.region}:${world.account}:volume/vol-00000000000000000`),
  },
];
