import { describe, expect, it } from 'vitest';
import { openRecordTrials } from './record-trials.ts';

const request = { format: null, organization: 'default', sensor: 'try', takenAt: Date.UTC(2026, 2, 1, 12) * 1_000, maxRecords: 3 };
const { attempt, formats } = openRecordTrials();

describe('records that are tried in a thread', { timeout: 120_000 }, () => {
  it('come back with what becomes of them', async () => {
    const text = '127.0.0.1 - - [01/Mar/2026:11:59:00 +0000] "GET / HTTP/1.1" 200 5\nno format reads this\n\n';
    const { records, isCut, results } = await attempt({ ...request, text });
    expect([records, isCut]).toEqual([2, false]);
    expect(results).toMatchObject([
      { record: 1, format: 'web-access', refused: null, fields: { 'source.ip': '127.0.0.1', 'http.response.status_code': 200 } },
      { record: 2, format: null, unparsed: expect.any(String) },
    ]);
  });

  it('are cut after so many', async () => {
    expect(await attempt({ ...request, text: 'a\nb\nc\nd' })).toMatchObject({ records: 3, isCut: true });
    expect(await attempt({ ...request, text: 'a\nb\nc\n' })).toMatchObject({ records: 3, isCut: false });
  });

  it('may be said to be of a format that there is', async () => {
    expect(formats()).toContain('suricata-eve');
    await expect(attempt({ ...request, text: 'a', format: 'no-such' })).rejects.toMatchObject({
      code: 'INVALID_USAGE',
      message: expect.stringContaining('suricata-eve'),
    });
  });

  it('are given up when they take too long', async () => {
    await expect(openRecordTrials({ timeoutMs: 1 }).attempt({ ...request, text: 'a' })).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
  });
});
