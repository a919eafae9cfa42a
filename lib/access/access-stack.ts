import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { EnvironmentStack, type EnvironmentStackProps } from '../common/environment-stack';
import { SessionHost } from './session-host';
import { EndpointAccess, StoreEndpoint } from './store-endpoint';

export interface AccessStackProps extends EnvironmentStackProps {
  readonly vpc: IVpc;
  readonly logsKey: IKey;
  /** Membership opens the way to the domain. */
  readonly storeClients: ISecurityGroup;
  /** Host name of the domain. */
  readonly domainEndpoint: string;
}

/** How people get to the store: nothing here is kept, and all of it can go without a span being lost. */
export class AccessStack extends EnvironmentStack {
  constructor(scope: Construct, id: string, props: AccessStackProps) {
    super(scope, id, props);
    const { config, logsKey } = props;
    const { via, endpoint } = config.store.access;
    if (via === 'session') new SessionHost(this, 'Session', props);
    if (!endpoint) return;
    const { account = config.account } = endpoint;
    if (account === config.account) new StoreEndpoint(this, 'Endpoint', { config, endpoint, logsKey });
    else new EndpointAccess(this, 'Endpoint', { config, endpoint, logsKey, account });
  }
}
