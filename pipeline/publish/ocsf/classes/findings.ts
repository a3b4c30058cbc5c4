// Category 2: what a sensor calls an alert: https://schema.ocsf.io/1.8.0/classes/detection_finding
import type { EventClass } from '../event-class.ts';
import { activity } from '../event-class.ts';
import { actor, attacks, connection, device, endpoint, file, httpRequest, httpResponse, process, query, tls, url, user } from '../objects.ts';
import { list, object, text, value } from '../shape.ts';

export const FINDINGS = [2, 'Findings'] as const;

export const detection: EventClass = {
  uid: 2004,
  name: 'Detection Finding',
  category: FINDINGS,
  byHostProfile: ['actor'],
  when: [{ kind: ['alert', 'signal'] }],
  activities: [activity(1, 'Create')],
  fields: {
    device,
    actor,
    finding_info: object(
      {
        uid: text('event.id'),
        created_time: value('millis', '@timestamp'),
        title: text('rule.name', 'message', 'event.action', 'event.dataset'),
        desc: text('rule.description', 'event.reason'),
        types: value('texts', 'rule.category'),
        analytic: object(
          { uid: text('rule.id'), name: text('rule.name'), category: text('rule.ruleset'), version: text('rule.version') },
          { constants: { type_id: 1, type: 'Rule' }, anyOf: ['uid', 'name'] },
        ),
        attacks,
        data_sources: value('texts', 'event.dataset'),
        src_url: text('event.reference', 'event.url'),
      },
      { allOf: ['uid'], unknown: {} },
    ),
    evidences: list(
      object(
        {
          src_endpoint: endpoint('source'),
          dst_endpoint: endpoint('destination'),
          connection_info: connection,
          process,
          file: file('file'),
          user,
          query,
          url,
          http_request: httpRequest,
          http_response: httpResponse,
          tls,
        },
        { anyOf: ['src_endpoint', 'dst_endpoint', 'connection_info', 'process', 'file', 'user', 'query', 'url'] },
      ),
    ),
  },
};
