/** `npm run preview`: see `--help`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { EnvironmentConfig } from '../../config/schema';
import { environmentNamed } from '../../harness/stages';
import { cacheDirectory } from '../../lib/common/cache';
import { readRecording } from '../../rehearsal/recording';
import { synthesise } from '../../rehearsal/stage/synthesised';
import { command } from '../command';
import { hasChineseFont, openBrowser } from './browser';
import { grafana } from './grafana';
import { page } from './page';

const help = `Draws the dashboards of an environment, as synthesised now, with the metrics of its last rehearsal: one HTML file.

npm run preview -- [options]
  --env NAME         environment (default: the first of the deployment)
  --scenario NAME    the last rehearsal of this scenario (default: the last rehearsal)
  --output FILE      where to write it (default in the cache; the path is printed)
  --screenshot FILE  also take a picture of the first dashboard, with a headless Chromium
  --grafana FOLDER   write the dashboards for Grafana instead, a JSON file each; it needs no rehearsal
  --help             this text
`;

function writeGrafana(config: EnvironmentConfig, folder: string): void {
  const { dashboards, dispose } = synthesise(config);
  dispose();
  mkdirSync(folder, { recursive: true });
  for (const body of dashboards) {
    const file = join(folder, `${body.name}.json`);
    writeFileSync(file, `${JSON.stringify(grafana(body), undefined, 2)}\n`);
    console.log(`Grafana: ${file}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      scenario: { type: 'string' },
      output: { type: 'string' },
      screenshot: { type: 'string' },
      grafana: { type: 'string' },
    },
  });
  const config = environmentNamed(values.env);
  if (values.grafana !== undefined) {
    writeGrafana(config, resolve(values.grafana));
    return;
  }
  const recording = readRecording(config.environment, values.scenario);
  const { dashboards, dispose } = synthesise(config);
  dispose();
  const file = resolve(
    values.output ?? join(cacheDirectory('rehearsal'), `preview-${config.environment}-${recording.scenario}.html`),
  );
  writeFileSync(file, page(dashboards, recording));
  console.log(`Preview of the last rehearsal of ${recording.scenario}: ${pathToFileURL(file).href}`);
  if (!values.screenshot) return;
  if (!hasChineseFont()) {
    process.stderr.write(
      'This machine has no Chinese font: the second line of each row will be boxes. apt-get install fonts-noto-cjk\n',
    );
  }
  const browser = await openBrowser();
  try {
    const tab = await browser.newPage({ viewport: { width: 1500, height: 900 }, timezoneId: 'UTC' });
    await tab.goto(pathToFileURL(file).href);
    await tab.waitForSelector('body[data-drawn]');
    const second = await tab.locator('h2').nth(1).boundingBox();
    const height = Math.floor(Math.min(second?.y ?? 1400, 1400));
    await tab.screenshot({ path: values.screenshot, clip: { x: 0, y: 0, width: 1500, height }, fullPage: true });
    console.log(`Screenshot: ${values.screenshot}`);
  } finally {
    await browser.close();
  }
}

command(help, main);
