/**
 * `npm run bench:peers`: what a user would run instead, beside ours, in one run on the same spans: Honeycomb Refinery as tail
 * sampler, Jaeger as what stores. Figures go to docs/performance.md, whatever they are.
 */
import { benchmark, type Measured } from './benchmark';
import { compareSamplers } from './peers/sampling';
import { compareStores } from './peers/storing';

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function measure(quick: boolean): Promise<Measured> {
  const sections = [await compareSamplers(quick, say), await compareStores(quick, say)];
  const others = [
    'Refinery and Jaeger (both Apache-2.0) are built on this machine from the Go module proxy, for this comparison alone: nothing of them is in what Harbourline ships. Refinery is not the newest: its releases from 2.0.0 on do not name their major version in the path of their module, which Go refuses.',
    '',
    'Data Prepper is not compared: Maven Central did not give its sink (`org.opensearch.dataprepper.plugins:opensearch` 2.12.2), and the program itself comes as an image or an archive.',
  ];
  return {
    text: [...others, ...sections.flatMap(({ lines }) => ['', ...lines])].join('\n'),
    wrong: sections.flatMap(({ wrong }) => wrong),
    missed: sections.flatMap(({ missed }) => missed),
  };
}

benchmark(
  {
    name: 'bench:peers',
    about:
      'Measures our sampler beside Honeycomb Refinery, and our writer beside Jaeger, on the same spans. Takes some eight minutes, and ten more where they must be built first.',
  },
  measure,
);
