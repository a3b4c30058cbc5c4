// Which class an event is of: the first in this order of which a condition holds.
import { api, applications, configuration, errors, fileHosting, inventory } from './classes/application.ts';
import { base } from './classes/base.ts';
import { detection } from './classes/findings.ts';
import { accounts, accountSwitch, authentication, groups, session } from './classes/identity.ts';
import { connections, dhcp, dns, email, ftp, http, rdp, smb, ssh } from './classes/network.ts';
import { driver, eventLog, fileSystem, module, processLaunched, processOpened, processOther, scheduledJob, script } from './classes/system.ts';
import { registryKey, registryValue, resource, windowsService } from './classes/windows.ts';
import type { EventClass } from './event-class.ts';
import { compileCondition } from './event-class.ts';
import type { Facts } from './facts.ts';

/** Narrow ones first: an event of two categories is of the class that can say more of it. The last takes everything. */
export const CLASSES: readonly EventClass[] = [
  detection,
  eventLog,
  script,
  scheduledJob,
  windowsService,
  resource,
  session,
  processOpened,
  registryValue,
  registryKey,
  errors,
  dns,
  email,
  ssh,
  rdp,
  smb,
  ftp,
  dhcp,
  http,
  accountSwitch,
  authentication,
  api,
  groups,
  accounts,
  module,
  driver,
  fileSystem,
  connections,
  fileHosting,
  processLaunched,
  processOther,
  applications,
  inventory,
  configuration,
  base,
];

/** Picks the first class at or behind a position in `CLASSES`, and gives its position. */
export function selector(): (facts: Facts, from: number) => number {
  const tests = CLASSES.map(({ when }) => when.map(compileCondition));
  return (facts, from) => {
    let index = from;
    while (index < tests.length - 1 && !tests[index]!.some((holds) => holds(facts))) index++;
    return index;
  };
}
