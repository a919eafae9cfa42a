import { Alarm, GraphWidget, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { defineDeployment } from 'harbourline';
import { dev } from './config/dev';

const declined = new Metric({ namespace: 'Cards', metricName: 'Declined', statistic: 'Sum' });

/** An alarm and a row of a dashboard of our own, beside those of Harbourline and judged like them. */
export default defineDeployment({
  environments: { 'config/dev.ts': dev },
  extend({ observe }) {
    observe
      .dashboard('cross-region')
      .addWidgets(new GraphWidget({ title: 'Cards declined', left: [declined], width: 24 }));
    new Alarm(observe, 'CardsDeclined', {
      metric: declined,
      threshold: 100,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: 'Cards are declined more often than usual.',
    }).addAlarmAction(new SnsAction(observe.topics.inform));
  },
});
