/** A headless Chromium, where the machine has one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { refused } from '../../config/refused';

/** Where Debian and others put it; `CHROMIUM` names another place. */
const places = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const chromiumPath = places.find((place) => place !== '' && existsSync(place));

/** Opens it. @throws Error that says how to get one */
export function openBrowser(): Promise<Browser> {
  if (!chromiumPath)
    throw refused(
      'HL-PREVIEW-003',
      'A picture is taken by Chromium, and this machine has none: apt-get install chromium, or set CHROMIUM to the path of one.',
    );
  // A root without user namespaces has no sandbox; the page is our own.
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
}

/** Can Chinese be drawn? Where fontconfig does not say, it is taken for granted. */
export function hasChineseFont(): boolean {
  const { status, stdout } = spawnSync('fc-list', [':lang=zh-cn', 'family'], { encoding: 'utf8' });
  return status !== 0 || stdout.trim() !== '';
}
