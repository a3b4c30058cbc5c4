// Users, roles, service accounts and the audit of the stand-in. Changes are kept, and each is an entry of the audit.
import { GraphQLError } from 'graphql';

type Row = Record<string, unknown>;
interface Member extends Row {
  readonly id: string;
  name: string;
  email: string | null;
  roles: readonly string[];
  disabledAt: string | null;
  sessions: number;
}
interface Entry extends Row {
  readonly seq: number;
  readonly actor: string;
  readonly action: string;
  readonly object: string;
}
type Change = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const at = (ms: number): string => new Date(Date.now() - ms).toISOString();
const id = (n: number): string => `00000000-0000-4000-a000-${String(n).padStart(12, '0')}`;
const refuse = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });
const page = <T>(rows: readonly T[], first: number, begin = 0) => ({
  edges: rows.slice(begin, begin + first).map((node, n) => ({ cursor: String(begin + n + 1), node })),
  pageInfo: { hasNextPage: rows.length > begin + first, endCursor: String(Math.min(rows.length, begin + first)) },
});
const given = (change: Change): Change => Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

const PERMISSIONS = [
  { name: 'alerts:read', text: 'See alerts.', isOwnable: true },
  { name: 'alerts:work', text: 'Work on alerts.', isOwnable: true },
  { name: 'events:read', text: 'Search events.', isOwnable: true },
  { name: 'events:send', text: 'Send events.', isOwnable: false },
  { name: 'users:read', text: 'See users, roles, invitations and service accounts.', isOwnable: true },
  { name: 'users:manage', text: 'Invite and change users, give them roles, end their sessions.', isOwnable: true },
  { name: 'roles:manage', text: "Make and change the organization's own roles.", isOwnable: true },
  { name: 'service-accounts:manage', text: 'Make service accounts, and their keys.', isOwnable: true },
  { name: 'audit:read', text: 'See who did what.', isOwnable: true },
  { name: 'organizations:manage', text: 'Make, rename and suspend organizations.', isOwnable: false },
];
const ALL = PERMISSIONS.map(({ name }) => name);
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  platform_admin: ALL.filter((name) => name !== 'events:send'),
  admin: ALL.filter((name) => !/^(events:send|organizations:manage)$/.test(name)),
  analyst: ['alerts:read', 'alerts:work', 'events:read'],
  viewer: ['alerts:read', 'events:read'],
  sensor: ['events:send'],
};

/** Everything of it that a test may change. */
export class Access {
  /** Of the viewer. */
  held: readonly string[] = BUILT_IN['platform_admin'] ?? [];
  /** While true, changes are refused as those of somebody who holds too little. */
  isHigher = false;
  #next = 100;
  readonly users: Member[] = [
    this.#member(1, 'admin', ['platform_admin', 'admin'], { sessions: 1, seenAt: at(4_000) }),
    this.#member(2, 'noor', ['analyst'], { email: 'noor@example.org', sessions: 2, seenAt: at(900_000) }),
    this.#member(3, 'sam', ['viewer'], { hasPassword: false, seenAt: at(9 * DAY_MS) }),
    this.#member(4, 'lee', ['analyst', 'night-shift'], { disabledAt: at(3 * DAY_MS), seenAt: null }),
  ];
  invitations: Row[] = [];
  roles: Row[] = [
    {
      name: 'night-shift',
      description: 'Looks and acknowledges',
      permissions: ['alerts:read', 'alerts:work'],
      isBuiltIn: false,
      createdAt: at(DAY_MS),
      createdBy: 'admin',
      changedAt: at(DAY_MS),
      changedBy: 'admin',
    },
  ];
  accounts: (Row & { keys: Row[] })[] = [
    {
      id: id(50),
      name: 'ticket-bridge',
      description: 'Writes alerts into tickets',
      roles: ['viewer'],
      createdAt: at(30 * DAY_MS),
      createdBy: 'admin',
      disabledAt: null,
      removedAt: null,
      keys: [
        this.#key(61, { networks: ['10.2.0.0/16'], lastUsedAt: at(70_000), lastUsedFrom: '10.2.0.9' }),
        this.#key(60, { expiresAt: at(DAY_MS), permissions: ['alerts:read'] }),
      ],
    },
  ];
  readonly entries: Entry[] = [];

  constructor() {
    for (let n = 0; n < 230; n += 1)
      this.#write(n % 3 === 0 ? 'noor' : 'admin', n % 2 === 0 ? 'alert.change' : 'session.open', `object-${n % 7}`, { n }, (230 - n) * 600_000);
  }

  #member(n: number, name: string, roles: readonly string[], over: Row): Member {
    return {
      id: id(n),
      name,
      email: null,
      roles,
      createdAt: at(60 * DAY_MS),
      hasPassword: true,
      passwordAt: at(20 * DAY_MS),
      disabledAt: null,
      sessions: 0,
      seenAt: null,
      identities: [],
      ...over,
    };
  }
  #key(n: number, over: Row = {}): Row {
    const hint = `k${n}xZ`;
    return {
      id: id(n),
      hint,
      permissions: null,
      networks: null,
      createdAt: at(0),
      createdBy: 'admin',
      expiresAt: at(-90 * DAY_MS),
      lastUsedAt: null,
      lastUsedFrom: null,
      ...over,
    };
  }
  #write(actor: string, action: string, object: string, detail: Row = {}, agoMs = 0): void {
    const seq = this.entries.length + 1;
    this.entries.unshift({ seq, at: at(agoMs), actor, action, object, detail, hash: seq.toString(16).padStart(64, '0') });
  }
  #change<T extends Row>(rows: readonly T[], key: string, value: unknown, change: Change, action: string): T {
    if (this.isHigher) throw refuse('FORBIDDEN', 'This takes permissions that you do not hold yourself: organizations:manage. Ask somebody who holds them.');
    const row = rows.find((each) => each[key] === value);
    if (row === undefined) throw refuse('NOT_FOUND', 'There is no such thing.');
    Object.assign(row, given(change));
    this.#write('admin', action, String(row['name'] ?? row['id']), given(change));
    return row;
  }
  #roleRows = () => [
    ...Object.entries(BUILT_IN).map(([name, permissions]) => ({ name, permissions, isBuiltIn: true, description: '' })),
    ...this.roles.map((role) => ({
      ...role,
      users: this.users.filter(({ roles }) => roles.includes(String(role['name']))).length,
      serviceAccounts: this.accounts.filter(({ roles }) => (roles as string[]).includes(String(role['name']))).length,
    })),
  ];

  readonly queries = {
    users: (_root: unknown, { first, filter }: { first: number; filter?: { search?: string | null; disabled?: boolean | null } | null }) =>
      page(
        this.users.filter(
          ({ name, email, disabledAt }) =>
            `${name} ${email ?? ''}`.includes(filter?.search ?? '') &&
            (filter?.disabled === null || filter?.disabled === undefined || filter.disabled === (disabledAt !== null)),
        ),
        first,
      ),
    user: (_root: unknown, args: { id: string }) => this.users.find((user) => user.id === args.id) ?? null,
    invitations: (_root: unknown, { first }: { first: number }) => page(this.invitations, first),
    roles: () => this.#roleRows(),
    permissions: () => PERMISSIONS,
    serviceAccounts: (_root: unknown, { first, withRemoved }: { first: number; withRemoved: boolean }) =>
      page(
        this.accounts.filter(({ removedAt }) => withRemoved || removedAt === null),
        first,
      ),
    auditEntries: (
      _root: unknown,
      {
        first,
        after,
        filter,
      }: { first: number; after?: string | null; filter?: { actor?: string | null; action?: string | null; object?: string | null } | null },
    ) =>
      page(
        this.entries.filter(
          ({ actor, action, object }) =>
            (filter?.actor ?? actor) === actor &&
            (filter?.object ?? object) === object &&
            (filter?.action ?? '') === (filter?.action?.endsWith('.') === true ? action.slice(0, filter.action.length) : filter?.action ? action : ''),
        ),
        first,
        Number(after ?? 0),
      ),
    auditState: () => ({ seq: this.entries.length, hash: '0'.repeat(64), publishedAt: at(1_200_000), publishedSeq: this.entries.length - 3 }),
  };

  readonly mutations = {
    inviteUser: (_root: unknown, { input: { hours, ...input } }: { input: Row }) => {
      if (this.users.some(({ name }) => name === input['name'])) throw refuse('CONFLICT', 'A user of this name is there already.');
      const invitation = {
        email: null,
        ...input,
        id: id(this.#next++),
        createdAt: at(0),
        createdBy: 'admin',
        expiresAt: at(-Number(hours) * 3_600_000),
        acceptedAt: null,
        revokedAt: null,
      };
      this.invitations.unshift(invitation);
      return { invitation, link: 'https://soc.example.org/invitation#one-time-secret' };
    },
    revokeInvitation: (_root: unknown, args: { id: string }) => {
      const found = this.invitations.find((invitation) => invitation['id'] === args.id);
      this.invitations = this.invitations.filter((invitation) => invitation !== found);
      return found;
    },
    changeUser: (_root: unknown, args: { id: string; change: Change }) => {
      const { disabled, ...change } = args.change;
      const turned =
        disabled === undefined || disabled === null ? {} : { disabledAt: disabled === true ? at(0) : null, ...(disabled === true && { sessions: 0 }) };
      return this.#change(this.users, 'id', args.id, { ...change, ...turned }, 'user.change');
    },
    endUserSessions: (_root: unknown, args: { id: string }) => {
      const ended = this.users.find((user) => user.id === args.id)?.sessions ?? 0;
      this.#change(this.users, 'id', args.id, { sessions: 0 }, 'session.end_others');
      return ended;
    },
    addRole: (_root: unknown, { input }: { input: Row }) => {
      const role = { description: '', ...input, isBuiltIn: false, createdAt: at(0), createdBy: 'admin', changedAt: at(0), changedBy: 'admin' };
      this.roles.push(role);
      return role;
    },
    changeRole: (_root: unknown, { name, change }: { name: string; change: Change }) => this.#change(this.roles, 'name', name, change, 'role.change'),
    removeRole: (_root: unknown, { name }: { name: string }) => {
      const role = this.roles.find((each) => each['name'] === name);
      this.roles = this.roles.filter((each) => each !== role);
      return role;
    },
    addServiceAccount: (_root: unknown, { input }: { input: Row }) => {
      const account = { description: '', ...input, id: id(this.#next++), createdAt: at(0), createdBy: 'admin', disabledAt: null, removedAt: null, keys: [] };
      this.accounts.unshift(account);
      return account;
    },
    changeServiceAccount: (_root: unknown, args: { id: string; change: Change }) => {
      const { disabled, ...change } = args.change;
      const turned = disabled === undefined || disabled === null ? {} : { disabledAt: disabled === true ? at(0) : null };
      return this.#change(this.accounts, 'id', args.id, { ...change, ...turned }, 'service_account.change');
    },
    removeServiceAccount: (_root: unknown, args: { id: string }) => this.#change(this.accounts, 'id', args.id, { removedAt: at(0) }, 'service_account.remove'),
    addApiKey: (_root: unknown, { accountId, input: { days, ...input } }: { accountId: string; input: Row }) =>
      this.#newKey(accountId, { ...input, expiresAt: at(-Number(days) * DAY_MS) }),
    rotateApiKey: (_root: unknown, { accountId, keyId, days, overlapSeconds }: { accountId: string; keyId: string; days: number; overlapSeconds: number }) => {
      const keys = this.accounts.find((account) => account['id'] === accountId)?.keys ?? [];
      const before = this.#change(keys, 'id', keyId, { expiresAt: at(-overlapSeconds * 1_000) }, 'key.rotate');
      return this.#newKey(accountId, { permissions: before['permissions'], networks: before['networks'], expiresAt: at(-days * DAY_MS) });
    },
    revokeApiKey: (_root: unknown, { accountId, keyId }: { accountId: string; keyId: string }) => {
      const account = this.accounts.find((each) => each['id'] === accountId);
      this.#change(account?.keys ?? [], 'id', keyId, { expiresAt: at(1_000) }, 'key.revoke');
      return account;
    },
  };

  #newKey(accountId: string, over: Row) {
    const account = this.accounts.find((each) => each['id'] === accountId);
    const key = this.#key(this.#next++, over);
    account?.keys.unshift(key);
    return { account, key, secret: `gsk_${'a1B2c3D4e5'.repeat(5).slice(0, 49)}` };
  }
}
