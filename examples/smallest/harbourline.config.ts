import { defineDeployment } from 'harbourline';
import { trial } from './config/trial';

/** The smallest: one environment, without a link. */
export default defineDeployment({ environments: { 'config/trial.ts': trial } });
