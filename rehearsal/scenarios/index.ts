import { brokenQueue } from './broken-queue';
import { fairDay } from './fair-day';
import { errorsMainland, headerStripped, slowHongKong, slowLine, slowMainland } from './faults';
import { foreignEnv } from './foreign-env';
import { fullDisk } from './full-disk';
import { gatewayDies } from './gateway-dies';
import { breakerOpen, flapping, mainlandHangs, oneServiceDead } from './incidents';
import { link } from './link/link';
import { overload } from './overload';
import { poison } from './poison';
import { rollingReplace } from './rolling-replace';
import { samplerDies } from './sampler-dies';
import { samplerRestarts } from './sampler-restarts';
import type { Scenario } from './scenario';
import { slowFailure } from './slow-failure';
import { storeAway } from './store-away';
import { zipkinAndJaeger } from './zipkin-and-jaeger';

/** All scenarios; the first is the default. */
export const scenarios: readonly Scenario[] = [
  fairDay,
  samplerDies,
  samplerRestarts,
  gatewayDies,
  rollingReplace,
  storeAway,
  overload,
  foreignEnv,
  poison,
  slowFailure,
  brokenQueue,
  fullDisk,
  zipkinAndJaeger,
  link,
  slowLine,
  slowMainland,
  slowHongKong,
  errorsMainland,
  headerStripped,
  mainlandHangs,
  breakerOpen,
  oneServiceDead,
  flapping,
];
