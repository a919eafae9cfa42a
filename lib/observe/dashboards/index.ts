/** The dashboards of an environment, a file for each. */
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../../config/schema';
import { crossRegionDashboard } from './cross-region';
import { pipelineDashboard } from './pipeline';

/** Makes them all. */
export function dashboards(scope: Construct, config: EnvironmentConfig): void {
  crossRegionDashboard(scope, 'CrossRegion', config);
  pipelineDashboard(scope, 'Pipeline', config);
}
