/**
 * Options of the AWS CLI's commands that the runbook uses: `!` needed, `?` a switch, all others take values. Source: the service models of
 * botocore 1.43.11, from which the CLI makes its commands; `logs tail` is the CLI's own (AWS CLI command reference, version 2).
 */
export const awsCommands: Readonly<Record<string, string>> = {
  'autoscaling describe-auto-scaling-groups':
    'auto-scaling-group-names filters include-instances? max-records next-token',
  'autoscaling describe-auto-scaling-instances': 'instance-ids max-records next-token',
  'autoscaling describe-scaling-activities':
    'activity-ids auto-scaling-group-name filters include-deleted-groups? max-records next-token',
  'cloudtrail lookup-events': 'end-time event-category lookup-attributes max-results next-token start-time',
  'cloudwatch describe-alarm-contributors': 'alarm-name! next-token',
  'cloudwatch describe-alarms':
    'action-prefix alarm-name-prefix alarm-names alarm-types children-of-alarm-name max-records next-token parents-of-alarm-name state-value',
  'cloudwatch get-metric-statistics':
    'dimensions end-time! extended-statistics metric-name! namespace! period! start-time! statistics unit',
  'cloudwatch list-metrics':
    'dimensions include-linked-accounts? metric-name namespace next-token owning-account recently-active',
  'directconnect describe-virtual-interfaces': 'connection-id max-results next-token virtual-interface-id',
  'ec2 describe-instances': 'dry-run? filters include-managed-resources? instance-ids max-results next-token',
  'ec2 describe-vpn-connections': 'dry-run? filters vpn-connection-ids',
  'ec2 replace-vpn-tunnel': 'apply-pending-maintenance? dry-run? vpn-connection-id! vpn-tunnel-outside-ip-address!',
  'elbv2 describe-target-health': 'include target-group-arn! targets',
  'kms cancel-key-deletion': 'key-id!',
  'kms describe-key': 'grant-tokens key-id!',
  'kms enable-key': 'key-id!',
  'kms get-key-policy': 'key-id! policy-name',
  'lambda get-function-configuration': 'function-name! qualifier',
  'lambda list-functions': 'function-version marker master-region max-items',
  'logs describe-log-groups':
    'account-identifiers include-linked-accounts? limit log-group-class log-group-identifiers log-group-name-pattern log-group-name-prefix next-token',
  'logs get-query-results': 'max-items next-token query-id!',
  'logs start-query':
    'end-time! limit log-group-identifiers log-group-name log-group-names query-language query-string! start-time!',
  'logs tail': 'since follow? format filter-pattern log-stream-names log-stream-name-prefix',
  'opensearch describe-domain': 'domain-name!',
  'opensearch describe-domain-change-progress': 'change-id domain-name!',
  'opensearch describe-domain-health': 'domain-name!',
  'opensearch update-domain-config':
    'aiml-options access-policies advanced-options advanced-security-options auto-tune-options automated-snapshot-pause-options cluster-config cognito-options deployment-strategy-options domain-endpoint-options domain-name! dry-run? dry-run-mode ebs-options encryption-at-rest-options ip-address-type identity-center-options log-publishing-options node-to-node-encryption-options off-peak-window-options snapshot-options software-update-options vpc-options',
  'resourcegroupstaggingapi get-resources':
    'exclude-compliant-resources? include-compliance-details? pagination-token resource-arn-list resource-type-filters resources-per-page tag-filters tags-per-page',
  'secretsmanager describe-secret': 'secret-id!',
  'secretsmanager list-secrets': 'filters include-planned-deletion? max-results next-token sort-by sort-order',
  'secretsmanager restore-secret': 'secret-id!',
  'servicediscovery deregister-instance': 'instance-id! service-id!',
  'servicediscovery discover-instances':
    'health-status max-results namespace-name! optional-parameters owner-account query-parameters service-name!',
  'servicediscovery list-namespaces': 'filters max-results next-token',
  'servicediscovery list-services': 'filters max-results next-token',
  'ssm start-session': 'document-name parameters reason target!',
  'sts get-caller-identity': '',
};

/** Options of every command. */
export const everywhere = 'query output region profile max-items no-paginate? no-cli-pager?';
