import { describe, expect, it } from 'vitest';
import { actionMeaning } from './action-words.ts';

const told = (action: string, about?: string): string => {
  const { category, type } = actionMeaning(action, about);
  return `${category.join('+')}: ${type.join('+')}`;
};

describe('the meaning of an action by its name', () => {
  it.each<[action: string, meaning: string, about?: string]>([
    ['user.session.start', 'authentication: start'],
    ['UserLoggedIn', 'authentication: start'],
    ['admin_login', 'authentication: start'],
    ['user_logout', 'authentication: end'],
    ['Signed out of the console', 'authentication: end'],
    ['CreateUser', 'iam: creation+user'],
    ['Add member to role.', 'iam: creation+admin'],
    ['group.privilege.grant', 'iam: change+group'],
    ['DELETE_API_KEY', 'iam: deletion+admin'],
    ['CreateAccessKey', 'iam: creation+admin'],
    ['role.assignment.removed', 'iam: deletion+admin'],
    ['members.listed', 'iam: info+user'], // iam has no access
    ['file_downloaded', 'file: access'],
    ['rename', 'file: change', 'folder'],
    ['member_created', 'iam: creation+user', 'Group'], // the name says more than what stands beside it
    ['issue.edited', 'configuration: change'], // the verb is at the end
    ['secret_scanning_new_repos.disable', 'configuration: change'],
    ['New-InboxRule', 'configuration: creation'],
    ['trigger bindings', 'configuration: change'], // no verb that is known
    ['dropped', 'configuration: deletion'],
    ['', 'configuration: change'],
  ])('%s is %s', (action, meaning, about) => {
    expect(told(action, about)).toBe(meaning);
  });

  it('says the same when asked again, and whatever names a record has', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'x'.repeat(100_000)]) expect(actionMeaning(name)).toEqual(actionMeaning(name));
  });
});
