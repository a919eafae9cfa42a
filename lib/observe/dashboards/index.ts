/** The dashboards of an environment, a file for each. */
import type { Construct } from 'constructs';
import type { Watched } from '../alarms/alarm';
import { complianceDashboard } from './compliance';
import { crossRegionDashboard } from './cross-region';
import { linkDashboard } from './link';
import { pipelineDashboard } from './pipeline';
import { storeDashboard } from './store';

/** Makes them all. */
export function dashboards(scope: Construct, watched: Watched): void {
  crossRegionDashboard(scope, watched);
  pipelineDashboard(scope, watched);
  storeDashboard(scope, watched);
  linkDashboard(scope, watched);
  complianceDashboard(scope, watched);
}
