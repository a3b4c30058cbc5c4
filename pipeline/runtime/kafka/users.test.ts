import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { alterUser } from './users.ts';

const SALT = Buffer.alloc(24, 7);
const NAME = '0675736572'.slice(2); // "user"
const hexOf = async (password: string | null) => (await alterUser('user', password, SALT).request.encode()).buffer.toString('hex');

describe('AlterUserScramCredentials 0', () => {
  it('sends a salted password, never the password', async () => {
    const salted = pbkdf2Sync('secret', SALT, 8_192, 32, 'sha256').toString('hex');
    const upsertion = ['05', NAME, '01', '00002000', '19', SALT.toString('hex'), '21', salted, '00'];
    expect(await hexOf('secret')).toBe(['00', '01', '02', ...upsertion, '00'].join(''));
  });

  it('removes a user', async () => {
    expect(await hexOf(null)).toBe(['00', '02', '05', NAME, '01', '00', '01', '00'].join(''));
  });

  it('reads what became of each', async () => {
    const answer = Buffer.from(['00', '00000000', '02', '05', NAME, '005b', '03', '6e6f', '00', '00'].join(''), 'hex');
    expect(await alterUser('user', null).response.decode(answer)).toEqual([{ user: 'user', errorCode: 91 }]);
  });
});
