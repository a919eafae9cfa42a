/** `npm run mute`: see `--help`. */
import { parseArgs } from 'node:util';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { namesOf } from '../../lib/contract/names';
import { command, needed } from '../command';
import { plan } from '../preflight/plan';
import { end, list, mute, notifying, ruleOf } from './mute';

const help = `Maintenance: alarms of an environment notify nobody for a time that ends by itself. They are evaluated and shown meanwhile.

npm run mute -- --env NAME --for LENGTH --reason TEXT [options]
npm run mute -- --env NAME --list
npm run mute -- --env NAME --end RULE
  --env NAME     environment
  --for LENGTH   how long: 90m, 4h; a day at most
  --at MINUTE    when it begins, in UTC: 2026-12-01T02:00 (default: now)
  --only NAME    heading of an alarm in the runbook, several times if need be (default: all that notify somebody)
  --reason TEXT  what is done, and under which ticket: stands in the rule, with who asked
  --list         windows that were, are and will be
  --end RULE     ends a window before its time
  --help         this text

Makes a mute rule of CloudWatch, which stays on record when it is over; incidents that begin in it do not count for the time to
recovery. Needs cloudwatch:PutAlarmMuteRule, ListAlarmMuteRules, GetAlarmMuteRule and DeleteAlarmMuteRule.
`;

command(help, async () => {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      for: { type: 'string' },
      at: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      reason: { type: 'string', default: '' },
      list: { type: 'boolean', default: false },
      end: { type: 'string' },
    },
  });
  const env = needed('env', values.env);
  const { config, environment } = plan(env);
  const client = new CloudWatchClient({ region: config.region });
  if (values.list) {
    console.log((await list(client, namesOf(config))).join('\n') || 'No windows.');
    return;
  }
  if (values.end !== undefined) {
    console.log(await end(client, namesOf(config), values.end));
    return;
  }
  const wanted = {
    environment: env,
    namePrefix: config.organisation.namePrefix,
    for: values.for ?? '',
    ...(values.at === undefined ? {} : { at: values.at }),
    only: values.only,
    reason: values.reason,
  };
  const alarms = notifying(environment);
  // What is wrong is said before anybody is asked for credentials.
  ruleOf({ ...wanted, by: '' }, alarms, Date.now());
  const { Arn = '' } = await new STSClient({ region: config.region }).send(new GetCallerIdentityCommand());
  console.log(await mute(client, ruleOf({ ...wanted, by: Arn }, alarms, Date.now())));
});
