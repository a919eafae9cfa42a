import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  EbsDeviceVolumeType,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  Port,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import {
  AnyPrincipal,
  ArnPrincipal,
  type IRole,
  PolicyDocument,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, ResourcePolicy, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type CfnDomain, Domain, EngineVersion, TLSSecurityPolicy } from 'aws-cdk-lib/aws-opensearchservice';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { encryptionKey } from '../common/encryption-key';
import { namesIn } from '../common/names';
import { stackInstance } from '../common/stack-instance';
import { acknowledge } from '../compliance/acknowledge';

export interface TraceDomainProps {
  readonly environment: string;
  /** Sizes, engine and sign-in. */
  readonly store: EnvironmentConfig['store'];
  readonly vpc: IVpc;
  /** One subnet for each zone: OpenSearch takes exactly one. */
  readonly subnets: readonly ISubnet[];
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** The IAM master: the only principal that is mapped when the domain is new. */
  readonly master: IRole;
  /** Everyone who may speak to the domain at all. What each may do there is OpenSearch's own access control. */
  readonly principals: readonly IRole[];
  /** Roles outside this stack that may read, or have a grant, by ARN. */
  readonly readerRoleArns: readonly string[];
}

/** The OpenSearch domain: private, encrypted throughout, IAM only, kept when its stack goes. */
export class TraceDomain extends Construct {
  readonly domain: Domain;
  /** Members may open HTTPS connections to the domain. */
  readonly clientSecurityGroup: ISecurityGroup;

  constructor(scope: Construct, id: string, props: TraceDomainProps) {
    super(scope, id);
    const { store, environment } = props;
    const stack = Stack.of(this);

    // A physical name, because the access policy and the log policy must name the domain before it exists.
    const { system: domainName } = namesIn(this, environment);
    const domainArn = stack.formatArn({ service: 'es', resource: 'domain', resourceName: domainName });

    this.clientSecurityGroup = new SecurityGroup(this, 'Clients', {
      vpc: props.vpc,
      description: 'Clients of the trace store',
      allowAllOutbound: false,
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'The trace store: HTTPS from its clients',
      allowAllOutbound: false,
    });
    securityGroup.connections.allowFrom(this.clientSecurityGroup, Port.tcp(443), 'HTTPS from clients of the store');

    const logGroups = this.logGroups(domainName, domainArn, props);
    this.domain = new Domain(this, 'Domain', {
      domainName,
      version: EngineVersion.openSearch(store.engineVersion.replace(/^OpenSearch_/, '')),
      vpc: props.vpc,
      vpcSubnets: [{ subnets: [...props.subnets] }],
      securityGroups: [securityGroup],
      capacity: {
        dataNodes: store.dataNodes.count,
        dataNodeInstanceType: store.dataNodes.instanceType,
        masterNodes: store.managerNodes?.count ?? 0,
        ...(store.managerNodes ? { masterNodeInstanceType: store.managerNodes.instanceType } : {}),
        multiAzWithStandbyEnabled: store.standby,
      },
      zoneAwareness:
        props.subnets.length > 1 ? { enabled: true, availabilityZoneCount: props.subnets.length } : { enabled: false },
      ebs: { volumeSize: store.dataNodes.volumeGiB, volumeType: EbsDeviceVolumeType.GP3 },
      encryptionAtRest: { enabled: true, kmsKey: encryptionKey(this, 'Key', 'trace store at rest', store.keyArn) },
      nodeToNodeEncryption: true,
      enforceHttps: true,
      tlsSecurityPolicy: TLSSecurityPolicy.TLS_1_2_PFS,
      fineGrainedAccessControl: {
        masterUserArn: props.master.roleArn,
        ...(store.saml
          ? {
              samlAuthenticationEnabled: true,
              samlAuthenticationOptions: {
                idpEntityId: store.saml.entityId,
                idpMetadataContent: store.saml.metadata,
                rolesKey: store.saml.groupsKey,
                sessionTimeoutMinutes: store.saml.sessionMinutes,
              },
            }
          : {}),
      },
      logging: {
        auditLogEnabled: true,
        auditLogGroup: logGroups.audit,
        appLogEnabled: true,
        appLogGroup: logGroups.application,
        slowSearchLogEnabled: true,
        slowSearchLogGroup: logGroups.slowSearch,
        slowIndexLogEnabled: true,
        slowIndexLogGroup: logGroups.slowIndex,
      },
      suppressLogsResourcePolicy: true,
      enableVersionUpgrade: true,
      enableAutoSoftwareUpdate: true,
      offPeakWindowEnabled: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });

    // OpenSearch Service asks at the domain's creation whether it may write.
    this.domain.node.addDependency(logGroups.policy);

    // Set on the L1: the L2 would attach it by a custom resource with a Lambda of its own.
    (this.domain.node.defaultChild as CfnDomain).accessPolicies = new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'RolesOfTheTraceStore',
          principals: [
            ...props.principals.map((role) => role.grantPrincipal),
            ...props.readerRoleArns.map((arn) => new ArnPrincipal(arn)),
          ],
          actions: [
            'es:ESHttpGet',
            'es:ESHttpHead',
            'es:ESHttpPost',
            'es:ESHttpPut',
            'es:ESHttpDelete',
            'es:ESHttpPatch',
          ],
          resources: [`${domainArn}/*`],
        }),
        ...(store.saml ? [this.browsers(domainArn)] : []),
      ],
    });

    if (!store.managerNodes) {
      acknowledge(this.domain, {
        id: 'AwsSolutions-OS4',
        reason:
          'An environment without production load: data nodes manage the cluster. The configuration refuses this in production.',
      });
    }
    if (props.subnets.length === 1) {
      acknowledge(this.domain, {
        id: 'AwsSolutions-OS7',
        reason:
          'A trial in one zone, by its configuration, which refuses this in production: it is away when its zone is.',
      });
    }
    if (store.saml) {
      acknowledge(this.domain, {
        id: 'AwsSolutions-OS5',
        reason:
          'Whoever signs in by SAML has no IAM identity to sign with. Only the pages of Dashboards are opened, they ask the identity provider, and the security group still decides who reaches them.',
      });
    }
    acknowledge(this.domain, {
      id: 'AwsSolutions-OS3',
      reason:
        'AWS refuses IP conditions on a domain in a VPC. The network control is the security group: HTTPS from members of the client group only, in isolated subnets.',
    });
  }

  /**
   * Whoever signs in by SAML has no IAM identity: the browser's requests are let through to Dashboards, which asks the
   * identity provider. Only to its pages: the API of the domain stays with the roles above.
   */
  private browsers(domainArn: string): PolicyStatement {
    return new PolicyStatement({
      sid: 'BrowsersThatSignInBySaml',
      principals: [new AnyPrincipal()],
      actions: ['es:ESHttpGet', 'es:ESHttpHead', 'es:ESHttpPost', 'es:ESHttpPut', 'es:ESHttpDelete'],
      resources: [`${domainArn}/_dashboards*`],
    });
  }

  /** Four log groups, and the one resource policy that lets this domain, of this account, write to them. */
  private logGroups(domainName: string, domainArn: string, { logsKey, logRetention }: TraceDomainProps) {
    const stack = Stack.of(this);
    const group = (id: string, name: string): LogGroup =>
      new LogGroup(this, id, {
        // OpenSearch Service writes under this prefix; a generated name would not be covered by the policy below. Kept when the
        // stack goes, so the name is this stack's alone.
        logGroupName: `/aws/OpenSearchService/${domainName}/${name}-${stackInstance(stack)}`,
        encryptionKey: logsKey,
        retention: logRetention,
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      });
    const policy = new ResourcePolicy(this, 'LogPolicy', {
      policyStatements: [
        new PolicyStatement({
          principals: [new ServicePrincipal('es.amazonaws.com')],
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [
            stack.formatArn({
              service: 'logs',
              resource: 'log-group',
              resourceName: `/aws/OpenSearchService/${domainName}/*`,
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          ],
          conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': domainArn } },
        }),
      ],
    });
    return {
      policy,
      audit: group('AuditLog', 'audit'),
      application: group('ApplicationLog', 'application'),
      slowSearch: group('SlowSearchLog', 'slow-search'),
      slowIndex: group('SlowIndexLog', 'slow-index'),
    };
  }
}
