/** `npm run rehearse -- --deploy`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judged } from '../inconclusive';
import { exitCodes } from '../judge/report';
import { watchMachine } from '../stage/machine';
import { targetNamed } from './assembly';
import { rehearseDeployment } from './rehearse-deployment';
import { deployTables, verdictOf } from './report';

/** Rehearses the deployment of a stage. Ports are free ones: a rehearsal of the line may run beside it. @returns the exit code */
export async function deployRehearsed(stage: string): Promise<number> {
  const target = targetNamed(stage);
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interrupted.signal.aborted) process.exit(130);
      interrupted.abort(new Error('Interrupted: everything was stopped, nothing was judged.'));
    });
  }
  const started = performance.now();
  const clock = () => `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`;
  const load = watchMachine();
  const { rows, stacks, transcript, folder } = await rehearseDeployment(
    target,
    (line) => process.stderr.write(`${clock()}  ${line}\n`),
    interrupted.signal,
  ).catch((error) => {
    throw judged(error, `${stage} was deployed`, load.stop());
  });
  const { verdict, busy } = verdictOf(rows, load.stop());
  const file = join(folder, 'transcript.txt');
  writeFileSync(file, transcript);
  const failed = rows.filter(({ ok }) => !ok).length;
  console.log(`\nDeployment of ${stage}, rehearsed\n\n${deployTables(rows, stacks)}\n\n${clock()}  in all`);
  console.log(`What stands for what, and what is not proven: rehearsal/deploy/stood-for.json. Transcript: ${file}`);
  if (busy) console.log(`Inconclusive: this machine was too busy. ${busy}. Try again when it has less to do.`);
  console.log(`${rows.length - failed} passed, ${failed} failed`);
  return exitCodes[verdict];
}
