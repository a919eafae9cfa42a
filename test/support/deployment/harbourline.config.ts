/** A deployment of the example environments, for commands that tests run in processes of their own. */
import { exampleEnvironments } from '../../../harness/environments';
import { buildApp } from '../../../lib/app';
import type { Deployment } from '../../../lib/deployment';

const deployment: Deployment = { environments: exampleEnvironments, app: buildApp };

export default deployment;
