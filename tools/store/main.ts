/** `npm run store`: see `--help`. */
import { parseArgs } from 'node:util';
import { misused, refused } from '../../config/refused';
import type { EnvironmentConfig } from '../../config/schema';
import { environmentNamed } from '../../harness/stages';
import { storeClient } from '../../lib/store/client';
import { command, needed } from '../command';
import { connectionHelp, connectionOptions, explained, reached } from '../connection';
import { eraseSpans, holdSpans, notHeld, restoreIndex } from './held';

const help = `What an administrator does to the trace store, with a grant of that role. All of it is in the store's audit log.

npm run store -- hold    --env NAME --ticket TICKET
  copies the spans of store.holds, until the hold ends; again, it adds what came since
npm run store -- erase   --env NAME --ticket TICKET --id ID [--attribute KEY]… [--yes]
  deletes the spans that hold the id (or pseudonym) of store.erasures; without --yes it counts them.
  --attribute names keys beside those of people where it may stand: an id of fewer than 6 characters is looked for
  there only. What is held stays, in its copy, which is brought up to date first.
npm run store -- restore --repository NAME --snapshot NAME --index otel-v1-apm-span-000042
  restores a span index, which is deleted on its day

${connectionHelp}
                    (default: a rehearsal that was started with --keep)
  --region NAME     region that requests are signed for (default that of --env, or ap-east-1)
  --help            this text

Holds and erasures stand in config/<environment>.ts, approved by a second person; each is written down in the index
harbourline-records. Snapshots of the service keep what was erased for up to 14 more days.
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...connectionOptions,
      ticket: { type: 'string' },
      id: { type: 'string' },
      attribute: { type: 'string', multiple: true, default: [] },
      repository: { type: 'string', default: 'cs-automated-enc' },
      snapshot: { type: 'string' },
      index: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
  });
  const [task] = positionals;
  if (task === undefined) {
    console.log(help);
    return;
  }
  const need = (name: 'env' | 'ticket' | 'id' | 'snapshot' | 'index'): string => needed(name, values[name]);
  const approved = <T extends { ticket: string }>(list: (store: EnvironmentConfig['store']) => readonly T[]) => {
    const [name, ticket] = [need('env'), need('ticket')];
    const config = environmentNamed(name);
    const found = list(config.store).find((one) => one.ticket === ticket);
    if (!found) {
      throw refused(
        'HL-HOLD-006',
        `config/${name}.ts has no ${task === 'hold' ? 'store.holds' : 'store.erasures'} with ticket ${ticket}. Add it in a change that a second person approves.`,
      );
    }
    return { one: found, holds: config.store.holds };
  };
  const work: Readonly<Record<string, () => (client: ReturnType<typeof storeClient>) => Promise<string>>> = {
    hold: () => {
      const { one: hold } = approved(({ holds }) => holds);
      return async (client) => {
        const spans = await holdSpans(client, hold);
        const missing = await notHeld(client, hold);
        const said = `${spans} spans are held for ${hold.ticket}, until ${hold.until}.`;
        if (missing.length === 0 && spans > 0) return said;
        throw refused(
          'HL-HOLD-007',
          `${said} Nothing is stored of ${missing.join(', ') || `the service ${hold.service}`}: is it written as it is stored, and not over its days? Correct the hold, or have it removed.`,
        );
      };
    },
    erase: () => {
      const { one: erasure, holds } = approved(({ erasures }) => erasures);
      const id = need('id');
      return async (client) => {
        const { spans, held } = await eraseSpans(client, erasure, id, {
          ...{ look: !values.yes, keys: values.attribute, holds },
        });
        return `${spans} spans ${values.yes ? 'are erased' : 'would be erased: --yes'}; ${held} on hold stay.`;
      };
    },
    restore: () => {
      const [snapshot, index] = [need('snapshot'), need('index')];
      return async (client) => {
        await restoreIndex(client, values.repository, snapshot, index);
        return `${index} is back. The hourly check deletes it on its day.`;
      };
    },
  };
  const run = work[task]?.();
  if (!run) throw misused('HL-HOLD-008', `${task} is nothing that is done to a store: use hold, erase or restore.`);
  const { settings: store, close } = await reached(values, 'store');
  const client = storeClient(store);
  try {
    console.log(await run(client));
  } catch (error) {
    throw explained(error as Error, store, 'store.grants as administrator');
  } finally {
    await client.close();
    close();
  }
}

command(help, main);
