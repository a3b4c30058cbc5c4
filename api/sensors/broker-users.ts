// Users of the broker for sensors that write their topic themselves.
import { randomBytes } from 'node:crypto';
import { FatalError } from '../../pipeline/core/errors.ts';
import type { Admin, Broker, Permission } from '../../pipeline/runtime/port.ts';
import { ApiProblem } from '../gate/problem.ts';

export interface MadeUser {
  /** Null when the broker checks nobody. */
  readonly password: string | null;
  readonly notes: readonly string[];
}
export interface BrokerUsers {
  readonly mechanism: string;
  /** False once it was found that the broker lets everybody do everything. */
  readonly isChecked: () => boolean;
  /** A user that may write `topic` and nothing else. */
  readonly make: (user: string, topic: string) => Promise<MadeUser>;
  /** Ends what it may do, also on connections that are open, and then the user. Nothing happens when there is none. */
  readonly remove: (user: string) => Promise<void>;
  /** Ends what it may do, also on connections that are open; its password stays. Nothing happens where the broker checks nobody. */
  readonly suspend: (user: string) => Promise<void>;
  /** It may write its topic again. */
  readonly resume: (user: string, topic: string) => Promise<void>;
}

/** No authorizer. */
const SECURITY_DISABLED = 54;
/** For the cluster. */
const NOT_AUTHORIZED = 31;
const NOT_OURS_TO_GIVE =
  'The broker does not let this API give permissions. Give its principal the operation Alter on the cluster, or choose another credential than `sasl`.';
const NOBODY_CHECKS =
  'This broker checks nobody: whoever reaches it may write this topic, and revoking the sensor does not keep it from writing. Use another credential, or a broker with access control.';

/** Unlike any principal of the installation; `turn` tells the credentials of one sensor apart. */
export const brokerUserOf = (organization: string, sensor: string, turn: string): string => `sensor.${organization}.${sensor}.${turn}`;

export function openBrokerUsers(broker: Broker): BrokerUsers {
  let isChecked = true;
  const withAdmin = async (work: (admin: Admin) => Promise<void>): Promise<void> => {
    const admin = broker.admin();
    try {
      await work(admin);
    } finally {
      await admin.close();
    }
  };
  return {
    mechanism: 'SCRAM-SHA-256',
    isChecked: () => isChecked,
    async make(user, topic) {
      const password = randomBytes(24).toString('base64url');
      try {
        await withAdmin(async (admin) => {
          await admin.permit([writing(user, topic)]);
          await admin.setUser(user, password);
        });
      } catch (error) {
        if (codeOf(error) === NOT_AUTHORIZED) throw new ApiProblem('CONFLICT', NOT_OURS_TO_GIVE, { cause: error });
        if (!isOpenToAll(error)) throw error;
        isChecked = false;
        return { password: null, notes: [NOBODY_CHECKS] };
      }
      isChecked = true;
      return { password, notes: [] };
    },
    remove: (user) => withAdmin((admin) => removeUser(admin, user)),
    suspend: (user) => unlessOpen(withAdmin((admin) => admin.forbid(user))),
    resume: (user, topic) => unlessOpen(withAdmin((admin) => admin.permit([writing(user, topic)]))),
  };
}

/** Ends what a user may do, also on connections that are open, and then the user. Nothing happens when there is none, or no access control. */
export async function removeUser(admin: Pick<Admin, 'forbid' | 'setUser'>, user: string): Promise<void> {
  try {
    await admin.forbid(user);
  } catch (error) {
    if (isOpenToAll(error)) return;
    throw error;
  }
  await admin.setUser(user, null);
}

const writing = (user: string, topic: string): Permission => ({ principal: user, resource: 'topic', name: topic, isPrefix: false, operation: 'write' });

async function unlessOpen(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isOpenToAll(error)) throw error;
  }
}

const isOpenToAll = (error: unknown): boolean => codeOf(error) === SECURITY_DISABLED;
const codeOf = (error: unknown): unknown => (error instanceof FatalError ? error.details['code'] : undefined);
