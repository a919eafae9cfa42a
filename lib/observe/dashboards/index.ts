/** The dashboards of an environment, a file for each; that of its link stands in the link's stack. */
import type { Construct } from 'constructs';
import type { Watched } from '../alarms/alarm';
import { complianceDashboard } from './compliance';
import { crossRegionDashboard } from './cross-region';
import { pipelineDashboard } from './pipeline';
import { storeDashboard } from './store';

/** Makes them all. */
export function dashboards(scope: Construct, watched: Watched): void {
  crossRegionDashboard(scope, watched);
  pipelineDashboard(scope, watched);
  storeDashboard(scope, watched);
  complianceDashboard(scope, watched);
}
