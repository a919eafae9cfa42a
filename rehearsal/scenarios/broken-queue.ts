import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { holds } from '../../harness/wait';
import { collectorMetrics } from '../../lib/contract/metrics';
import { count } from '../judge/report';
import { publishedTotal, Recorder } from '../stage/telemetry';
import { nothing, type Scenario } from './scenario';

/** Bytes at the beginning of a queue's file that say where everything is: two pages. */
const metaPages = 8192;

/** A gateway's machine loses power: its process dies, and the first pages of its queues come back as zeroes. */
export const brokenQueue: Scenario = {
  name: 'broken-queue',
  summary: "a gateway dies and its queues' files are damaged: they are set aside and counted, and it starts",
  alarms: { notify: ['Damaged queue'] },
  seconds: 90,
  async during(stage, { at, signal, progress }) {
    const [victim] = stage.gateways;
    if (!victim) throw new Error('There is no gateway.');
    const record = new Recorder(victim.address, 'otelcol_receiver_accepted_spans');
    await at(0.2);
    const underWay = record.growth(5);
    record.stop();
    await victim.collector.kill();
    const queue = join(stage.props.folder, victim.name, 'queue');
    const files = readdirSync(queue).filter((name) => name.startsWith('exporter_'));
    for (const name of files) {
      const file = openSync(join(queue, name), 'r+');
      writeSync(file, Buffer.alloc(metaPages), 0, metaPages, 0);
      closeSync(file);
    }
    progress(`${victim.name} died, ${files.length} files of its queues are damaged`);
    await stage.restart(victim, 'gateway');
    const aside = readdirSync(queue).filter((name) => name.includes('.damaged-')).length;
    // Collectors read themselves once a minute.
    const counted = () => publishedTotal(stage, collectorMetrics.damagedQueues, 'gateway');
    await holds(() => counted() >= files.length, 90, signal, 500);
    const because = 'what was in the damaged files, taken in its last 5 s';
    return {
      ...nothing,
      notCounted: { atMost: underWay, because },
      countedTwice: { atMost: underWay, because: 'what was under way to it in its last 5 s is sent again' },
      tracesHarmed: { atMost: underWay, because },
      rows: [
        {
          what: 'files of queues damaged',
          seen: `${count(files.length)}; ${count(aside)} set aside, ${count(counted())} counted in CloudWatch; ${victim.name} is back`,
          expected: 'each set aside and counted, and a start',
          ok: files.length > 0 && aside === files.length && counted() === files.length,
        },
      ],
    };
  },
};
