// What an audited action is in ECS, from the words of its name: services name thousands of them, nearly all as a thing and a verb.

export interface Meaning {
  readonly category: readonly string[];
  readonly type: readonly string[];
}
type Deed = 'creation' | 'deletion' | 'change' | 'access';

const words = (deed: Deed, text: string): readonly (readonly [string, Deed])[] => text.split(' ').map((word) => [word, deed] as const);
/** Verbs without endings of tense; `wordsOf` takes those off. */
const VERBS: ReadonlyMap<string, Deed> = new Map([
  ...words('creation', 'create add invite register generate issue insert new import upload enrol enroll install provision put copy clone fork publish open'),
  ...words('deletion', 'delete remove destroy revoke deregister uninstall unregister purge wipe drop trash archive leave deactivate deprovision expire'),
  ...words(
    'change',
    'update change edit set modify patch write rename move reset enable disable activate rotate grant deny assign unassign suspend restore replace toggle transfer lock unlock allow block approve reject accept convert attach detach configure',
  ),
  ...words('access', 'read get list view download export access query search describe fetch preview reveal fill use show head'),
]);
const FILES = new Set('file folder document doc object blob attachment'.split(' '));
const USERS = new Set('user users member members membership account accounts employee collaborator person login password profile device invitation'.split(' '));
const GROUPS = new Set('group groups team teams'.split(' '));
const ADMIN = new Set(
  'role roles permission permissions privilege privileges admin token tokens key keys credential credentials saml sso oidc mfa factor factors idp scope scopes 2fa access_key administrator scim bypass'.split(
    ' ',
  ),
);
const LOGIN = /(?:^|[^a-z])(?:log(?:ged)?[ _.-]?in|log(?:ged)?[ _.-]?on|sign(?:ed)?[ _.-]?in|authenticat|authn|session[ _.-]start|sso[ _.-]?login)/;
const LOGOUT = /(?:^|[^a-z])(?:log(?:ged)?[ _.-]?(?:out|off)|sign(?:ed)?[ _.-]?out|session[ _.-](?:end|expire))/;

const meanings = new Map<string, Meaning>();
/** More than services have actions; names come from input. */
const MAX_NAMES = 20_000;

/**
 * Category and types of an action by its name: `user.session.start`, `DeleteRole`, `file_download`, `Add member to group.`. What has no
 * verb that is known counts as a change of configuration.
 * @param about Words that say what it was done to, where the name does not.
 */
export function actionMeaning(action: string, about = ''): Meaning {
  const key = `${action}\n${about}`;
  let meaning = meanings.get(key);
  if (meaning === undefined) {
    meaning = found(action.slice(0, 256), about.slice(0, 256));
    if (meanings.size >= MAX_NAMES) meanings.clear();
    meanings.set(key, meaning);
  }
  return meaning;
}

function found(action: string, about: string): Meaning {
  const spaced = apart(action);
  const all = wordsOf(spaced);
  // `issue.edited`, `new_repos.disable`: a verb at the end is the one; `CreateAccessKey`: else the first.
  const last = all.at(-1);
  const deed = (last === undefined ? undefined : deedOf(last)) ?? all.map(deedOf).find((one) => one !== undefined);
  if (LOGOUT.test(spaced)) return { category: ['authentication'], type: ['end'] };
  // `login_role.create` is about logins, `user.login` and `login_success` are ones.
  if (LOGIN.test(spaced) && (deed === undefined || deed === 'access')) return { category: ['authentication'], type: ['start'] };
  const type = deed ?? 'change';
  return ofThings(all, type) ?? ofThings(wordsOf(apart(about)), type) ?? { category: ['configuration'], type: [type] };
}

function ofThings(things: readonly string[], deed: Deed): Meaning | undefined {
  const has = (set: ReadonlySet<string>): boolean => things.some((word) => set.has(word));
  const subject = has(GROUPS) ? 'group' : has(ADMIN) ? 'admin' : has(USERS) ? 'user' : undefined;
  if (subject !== undefined) return { category: ['iam'], type: [deed === 'access' ? 'info' : deed, subject] };
  return has(FILES) ? { category: ['file'], type: [deed] } : undefined;
}

/** Words of camel case apart. */
const apart = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();

const wordsOf = (text: string): readonly string[] => text.split(/[^a-z0-9]+/).filter((word) => word !== '');

/** `deleted`, `deletes`, `dropped`, `removal`, `creating` and `creation` are `delete`, `delete`, `drop`, `remove`, `create` and `create`. */
function deedOf(word: string): Deed | undefined {
  const exact = VERBS.get(word);
  if (exact !== undefined) return exact;
  for (const [ending, instead] of ENDINGS) {
    if (!word.endsWith(ending) || word.length <= ending.length + 2) continue;
    const stem = word.slice(0, -ending.length);
    const isDoubled = stem.at(-1) === stem.at(-2);
    const deed = VERBS.get(stem + instead) ?? (isDoubled ? VERBS.get(stem.slice(0, -1)) : undefined);
    if (deed !== undefined) return deed;
  }
  return undefined;
}
/** Of a word, and what stands in the verb in its place. */
const ENDINGS: readonly (readonly [string, string])[] = [
  ['ed', 'e'],
  ['ed', ''],
  ['ing', 'e'],
  ['ing', ''],
  ['ation', 'e'],
  ['ion', 'e'],
  ['ion', ''],
  ['al', 'e'],
  ['al', ''],
  ['ment', ''],
  ['s', ''],
];
