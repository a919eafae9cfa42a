import type { DangerousCase } from '../support';

/** Replacement, deletion, and what the store makes of a change. */
export const store: readonly DangerousCase[] = [
  {
    name: 'the domain gets another name',
    edit: (draft) => {
      draft.domain.DomainName = 'harbourline-production';
    },
    finds: { 'stateful-replaced': 'by DomainName' },
  },
  {
    name: 'the domain leaves its stack',
    edit: (draft) => {
      draft.remove('Store', 'AWS::OpenSearchService::Domain');
    },
    finds: { 'stateful-removed': 'unmanaged', 'order-no-way-back': 'its name is taken' },
  },
  {
    name: 'the logical id of the key of the store changes',
    edit: (draft) => {
      const key = draft.id('Store', 'AWS::KMS::Key');
      draft.stacks.Store!.resources.OtherKey = draft.remove('Store', 'AWS::KMS::Key', key);
      draft.domain.EncryptionAtRestOptions.KmsKeyId = { 'Fn::GetAtt': ['OtherKey', 'Arn'] };
    },
    finds: {
      'stateful-removed': 'AWS::KMS::Key',
      'open-search-replaced': 'key of encryption at rest',
      'iam-widens': 'kms:*',
    },
  },
  {
    name: 'a stateful resource may be deleted',
    edit: (draft) => {
      draft.resource('Store', 'AWS::OpenSearchService::Domain').DeletionPolicy = 'Delete';
    },
    finds: { 'deletion-policy': '→ Delete' },
  },
  {
    name: 'termination protection is switched off',
    edit: (draft) => {
      draft.stacks.Store!.terminationProtection = false;
    },
    finds: { 'termination-protection': 'on → off' },
  },
  {
    name: 'the load balancer is replaced',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::ElasticLoadBalancingV2::LoadBalancer').Name = 'gateways';
    },
    finds: { replaced: 'LoadBalancer is replaced by Name' },
  },
  {
    name: 'other data nodes',
    edit: (draft) => {
      draft.domain.ClusterConfig.InstanceType = 'r8g.xlarge.search';
    },
    finds: { 'open-search-blue-green': 'data node type: r7g.xlarge.search → r8g.xlarge.search' },
  },
  {
    name: 'no dedicated managers',
    edit: (draft) => {
      draft.domain.ClusterConfig.DedicatedMasterEnabled = false;
    },
    finds: { 'open-search-blue-green': 'dedicated managers: true → false' },
  },
  {
    name: 'fewer nodes of a store without managers',
    given: (draft) => {
      draft.domain.ClusterConfig.DedicatedMasterEnabled = false;
    },
    edit: (draft) => {
      draft.domain.ClusterConfig.InstanceCount = 3;
    },
    finds: {
      'open-search-blue-green': 'data node count: 6 → 3',
      'open-search-shrinks': 'data node count: 6 → 3',
    },
  },
  {
    name: 'the store leaves the VPC',
    edit: (draft) => {
      delete draft.domain.VPCOptions;
    },
    finds: { 'open-search-replaced': 'in a VPC: true → false', 'open-search-blue-green': 'subnets' },
  },
  {
    name: 'the VPC on machines of its own',
    edit: (draft) => {
      draft.properties('Network', 'AWS::EC2::VPC').InstanceTenancy = 'dedicated';
    },
    finds: { 'stateful-may-be-replaced': 'by InstanceTenancy' },
  },
  {
    name: 'smaller volumes of the store',
    edit: (draft) => {
      draft.domain.EBSOptions.VolumeSize = 500;
    },
    finds: { 'open-search-blue-green': 'volume size: 1000 → 500', 'open-search-shrinks': 'volume size' },
  },
  {
    name: 'a new engine',
    edit: (draft) => {
      draft.domain.EngineVersion = 'OpenSearch_3.5';
    },
    finds: { 'open-search-upgrade': 'upgraded in place', 'open-search-blue-green': 'engine version' },
  },
  {
    name: 'a new engine where upgrades are not allowed',
    edit: (draft) => {
      draft.domain.EngineVersion = 'OpenSearch_3.5';
      delete draft.resource('Store', 'AWS::OpenSearchService::Domain').UpdatePolicy;
    },
    finds: {
      'open-search-upgrade': 'REPLACED',
      'open-search-upgrade-not-allowed': 'true → false',
      'open-search-blue-green': 'engine version',
    },
  },
  {
    name: 'the store moves to other subnets',
    edit: (draft) => {
      draft.domain.VPCOptions.SubnetIds.pop();
      draft.domain.VPCOptions.SubnetIds.push('subnet-1');
    },
    finds: { 'open-search-blue-green': 'subnets' },
  },
  {
    name: 'standby is given up',
    edit: (draft) => {
      draft.domain.ClusterConfig.MultiAZWithStandbyEnabled = false;
    },
    finds: { 'open-search-blue-green': 'Multi-AZ with Standby: true → false' },
  },
];
