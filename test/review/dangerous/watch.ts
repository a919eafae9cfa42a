import type { DangerousCase, Draft } from '../support';

const alarm = (draft: Draft, name: RegExp): [string, any] => {
  const found = Object.entries(draft.stacks.Observe!.resources).find(
    ([, { Type, Properties }]) => Type === 'AWS::CloudWatch::Alarm' && name.test(Properties.AlarmName),
  );
  return found as [string, any];
};

/** Encryption, logs, retention, alarms and fleets. */
export const watch: readonly DangerousCase[] = [
  {
    name: 'a volume is no longer encrypted',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::EC2::LaunchTemplate').LaunchTemplateData.BlockDeviceMappings[0].Ebs.Encrypted =
        false;
    },
    finds: { 'encryption-weakens': 'Encrypted: true → false' },
  },
  {
    name: 'the domain takes older TLS',
    edit: (draft) => {
      draft.domain.DomainEndpointOptions.TLSSecurityPolicy = 'Policy-Min-TLS-1-0-2019-07';
    },
    finds: { 'encryption-weakens': 'TLSSecurityPolicy' },
  },
  {
    name: 'gateways take spans without a certificate of the client',
    edit: (draft) => {
      draft.replaceText(
        draft.properties('Collect', 'AWS::EC2::LaunchTemplate', 'Gateways'),
        /\n *client_ca_file:[^\n]*/,
        '',
      );
    },
    finds: { 'transport-weakens': 'lines that guard', 'collector-transport': 'client_ca_file' },
  },
  {
    name: 'the audit log is switched off',
    edit: (draft) => {
      draft.domain.LogPublishingOptions.AUDIT_LOGS.Enabled = false;
    },
    finds: { 'logging-weakens': 'AUDIT_LOGS.Enabled: true → false' },
  },
  {
    name: 'no flow log',
    edit: (draft) => {
      draft.remove('Network', 'AWS::EC2::FlowLog');
    },
    finds: { 'watch-removed': 'FlowLog is removed' },
  },
  {
    name: 'logs are kept for a shorter time',
    edit: (draft) => {
      draft.properties('Store', 'AWS::Logs::LogGroup').RetentionInDays = 30;
    },
    finds: { 'retention-shortens': '400 → 30 days' },
  },
  {
    name: 'raw traces are kept for a shorter time',
    edit: (draft) => {
      draft.replaceText(
        draft.properties('Store', 'Custom::HarbourlineStoreDocuments'),
        /("min_rollover_age":")14d/,
        '$17d',
      );
    },
    finds: { 'retention-shortens': '14 → 7 days', 'store-document': '14d → 7d' },
  },
  {
    name: 'an alarm is removed',
    edit: (draft) => {
      delete draft.stacks.Observe!.resources[alarm(draft, /No spans/)[0]];
    },
    finds: { 'alarm-removed': 'No spans' },
  },
  {
    name: 'an alarm fires later and notifies nobody',
    edit: (draft) => {
      const [, { Properties }] = alarm(draft, /P99 hk-cn/);
      Properties.Threshold *= 10;
      Properties.AlarmActions = [];
    },
    finds: { 'alarm-laxer': 'threshold' },
  },
  {
    name: 'a group of collectors may be empty',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::AutoScaling::AutoScalingGroup', 'Gateways').MinSize = '0';
    },
    finds: { 'fleet-empty': 'MinSize: 3 → 0', 'fleet-shrinks': 'MinSize: 3 → 0' },
  },
  {
    name: 'a group of collectors is empty',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::AutoScaling::AutoScalingGroup', 'Gateways').DesiredCapacity = '0';
    },
    finds: { 'fleet-empty': 'DesiredCapacity: nothing → 0', 'health-checks': 'DesiredCapacity' },
  },
  {
    name: 'a fleet that sleeps at night',
    edit: (draft) => {
      draft.add('Link', 'Night', 'AWS::AutoScaling::ScheduledAction', {
        AutoScalingGroupName: { Ref: draft.id('Link', 'AWS::AutoScaling::AutoScalingGroup') },
        MinSize: 0,
        Recurrence: '0 18 * * *',
      });
    },
    finds: { 'fleet-empty': 'MinSize: nothing → 0' },
  },
  {
    name: 'a fleet with fewer instances',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::AutoScaling::AutoScalingGroup', 'Gateways').MinSize = '2';
    },
    finds: { 'fleet-shrinks': 'MinSize: 3 → 2' },
  },
  {
    name: 'a fleet of one zone',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::AutoScaling::AutoScalingGroup').VPCZoneIdentifier.splice(1);
    },
    finds: { 'fleet-shrinks': 'zones: 3 → 1' },
  },
];
