import { defineDeployment } from 'harbourline';
import { prod } from './config/prod';
import { uat } from './config/uat';

/** Two environments on transit gateways that are there, under the rules of an organisation. */
export default defineDeployment({ environments: { 'config/uat.ts': uat, 'config/prod.ts': prod } });
