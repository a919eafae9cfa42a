/** Runs commands of package.json with one argument, all in one process. Prints what each says and its exit code, as JSON. */
import { run } from '../../tools/refusals/run';

const [, , argument = '', ...names] = process.argv;

async function main(): Promise<void> {
  const results: Record<string, unknown> = {};
  for (const name of names) results[name] = await run(`npm run ${name} -- ${argument}`);
  process.stdout.write(JSON.stringify(results));
}

main();
