// Topics, offsets and groups, seen from outside.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { at, record, offsetsOf } from './world.ts';
import type { World } from './world.ts';

export function adminContract({ connect, join, topic, produced, failureOf }: World): void {
  describe('admin', () => {
    it('creates what is missing and leaves the rest alone', async () => {
      const t = await topic(2, { config: { 'retention.ms': '12345' } });
      const admin = connect().admin();
      const u = `t-${randomUUID()}`;
      await admin.createTopics(
        [
          { name: t, partitions: 5, config: {} },
          { name: u, partitions: 1, config: { 'cleanup.policy': 'compact' } },
        ],
        1,
      );
      expect((await admin.topics()).get(t)).toBe(2);
      expect(await admin.configs(t)).toMatchObject({ 'retention.ms': '12345', 'cleanup.policy': 'delete' });
      expect(await admin.configs(u)).toMatchObject({ 'cleanup.policy': 'compact' });
      await admin.deleteTopics([u]);
      expect((await admin.topics()).has(u)).toBe(false);
      expect(await admin.clusterId()).toMatch(/./);
    });

    it('knows offsets: earliest, latest, by time', async () => {
      const t = await topic(2);
      await produced(record(t, 'a'), record(t, 'b'), record(t, 'c', { partition: 1 }));
      const admin = connect().admin();
      await admin.deleteRecords(offsetsOf([at(t), 1]));
      const both = [at(t, 0), at(t, 1)];
      expect(await admin.offsets(both, 'earliest')).toEqual(offsetsOf([at(t, 0), 1], [at(t, 1), 0]));
      expect(await admin.offsets(both, 'latest')).toEqual(offsetsOf([at(t, 0), 2], [at(t, 1), 1]));
      expect(await admin.offsets(both, 'stable')).toEqual(offsetsOf([at(t, 0), 2], [at(t, 1), 1]));
      expect(await admin.offsets(both, { timestampMs: 0 })).toEqual(offsetsOf([at(t, 0), 1], [at(t, 1), 0]));
      expect(await admin.offsets(both, { timestampMs: 9_999_999_999_999 })).toEqual(offsetsOf([at(t, 0), 2], [at(t, 1), 1]));
    });

    it('knows groups and sets offsets of those without members', async () => {
      const t = await topic();
      const group = `g-${randomUUID()}`;
      const admin = connect().admin();
      expect(await admin.committed(group, [at(t)])).toEqual(new Map());
      await admin.setCommitted(group, offsetsOf([at(t), 0]));
      expect(await admin.committed(group, [at(t)])).toEqual(offsetsOf([at(t), 0]));
      const member = await join(connect(), group, { topics: [t] });
      expect(await admin.groups()).toContainEqual({ groupId: group, state: 'Stable', members: 1 });
      expect((await failureOf(admin.setCommitted(group, offsetsOf([at(t), 0])))).code).toBe('BROKER_REFUSED');
      await member.consumer.stop();
      expect(await admin.groups()).toContainEqual({ groupId: group, state: 'Empty', members: 0 });
    });

    it('does not delete records of compacted topics', async () => {
      const t = await topic(1, { config: { 'cleanup.policy': 'compact' } });
      await produced(record(t, 'a', { key: 'k' }));
      expect(
        (
          await failureOf(
            connect()
              .admin()
              .deleteRecords(offsetsOf([at(t), 1])),
          )
        ).code,
      ).toBe('BROKER_REFUSED');
    });
  });
}
