import type { Grant } from '../grants';

/** Whoever may do this may soon do more, run something, let others in, or hide what was done. By service. */
const privileges: Readonly<Record<string, string>> = {
  iam: 'Put|Attach|Detach|Create|Update|Set|Delete|Remove|Add|Upload|Tag|PassRole',
  sts: 'AssumeRole',
  organizations: '',
  account: '',
  ram: '',
  kms: 'PutKeyPolicy|CreateGrant|ScheduleKeyDeletion|DisableKey|ReplicateKey|ImportKeyMaterial|DeleteImported',
  ssm: 'SendCommand|StartSession|StartAutomation|PutParameter|(Create|Update)(Document|Association)|ModifyDocument',
  lambda: 'UpdateFunction(Code|Configuration)|CreateFunction|AddPermission|AddLayerVersionPermission|PutFunctionUrl',
  cloudformation: '(Create|Update|Delete|Execute|Set|Import|Activate|Register)',
  cloudtrail: 'Stop|Delete|Update|Put',
  config: 'Stop|Delete',
  cloudwatch: 'Delete(Alarms|Dashboards)|DisableAlarmActions|SetAlarmState|Put(Metric|Composite)Alarm|PutAlarmMute',
  logs: 'Delete|PutSubscriptionFilter|PutRetentionPolicy|PutResourcePolicy|PutAccountPolicy|DisassociateKmsKey',
  events: '(Delete|Disable)Rule|PutTargets|RemoveTargets|PutPermission',
  sns: 'AddPermission|SetTopicAttributes|Subscribe|Unsubscribe|DeleteTopic',
  sqs: 'AddPermission|SetQueueAttributes|DeleteQueue|PurgeQueue',
  es: 'UpdateDomainConfig|DeleteDomain|DeleteElasticsearchDomain|AuthorizeVpcEndpoint|AddDirectQuery',
  s3: '(Put|Delete)Bucket(Policy|PublicAccessBlock|Acl|Ownership)|DeleteBucket$|Put(Replication|Lifecycle|Encryption)Configuration|PutObjectAcl|PutA(ccount|ccessPoint)|Bypass|ReplicateObject',
  secretsmanager: 'PutResourcePolicy|DeleteSecret|ReplicateSecret|UpdateSecret$',
  ec2: [
    'CreateVpcPeering|AcceptVpc|CreateVpcEndpoint$|ModifyVpcEndpoint|(Authorize|Modify)SecurityGroup|(Create|Replace)Route',
    '(Create|Replace|Delete)NetworkAcl|RunInstances|ModifyInstance(Attribute|Metadata)|ModifySnapshotAttribute',
    'ModifyImageAttribute|DeleteFlowLogs|AssociateIamInstanceProfile|ReplaceIamInstanceProfile|CreateSnapshot|CreateImage',
    '(Create|Modify)LaunchTemplate|(Create|Replace|Delete|Modify|Associate|Enable)TransitGateway|ModifyManagedPrefixList',
  ].join('|'),
  autoscaling: '(Create|Update)(AutoScalingGroup|LaunchConfiguration)|DeleteLifecycleHook|SuspendProcesses',
  'network-firewall': 'Update|Delete|Disassociate|Create|Put',
  route53resolver: 'Update|Delete|Disassociate|Create|Associate|Put',
  servicediscovery: 'CreateService|UpdateService',
};
const privileged = new RegExp(
  `^(${Object.entries(privileges)
    .map(([service, actions]) => `${service}:(${actions})`)
    .join('|')})`,
  'i',
);

/** Conditions that bind a privilege to one service or to things with a mark: it stays something to look at. */
const binds =
  /iam:PassedToService|kms:(ViaService|GrantIsForAWSResource)|ResourceTag\/|ssm:SessionDocumentAccessCheck/i;

/** Does a grant give a privilege, bound to nothing? */
export const isPrivilege = ({ action, condition }: Grant): boolean => privileged.test(action) && !binds.test(condition);
