import { expect, it } from 'vitest';
import { whyAlike } from './look-alikes.ts';

it.each<[name: string, isAlike: boolean]>([
  ['ada', false],
  ['Ada Lovelace-Byron', false],
  ["d'Artagnan", false],
  ['José', false],
  ['Jose\u0301', false],
  ['Ольга', false],
  ['Ελένη', false],
  ['田中 taro', false],
  ['たなかタナカ', false],
  ['محمد', false],
  ['ada.42@example.org', false],
  ['аda', true], // the first letter is Cyrillic
  ['рaypal', true],
  ['adα', true],
  ['ａｄａ', true],
  ['𝐚𝐝𝐚', true],
  ['ﬁona', true],
  ['ⅰda', true],
  ['ada²', true],
])('%s may be taken for another name: %s', (name, isAlike) => {
  expect(whyAlike(name) !== null).toBe(isAlike);
});
