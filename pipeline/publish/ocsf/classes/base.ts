// What fits no other class: https://schema.ocsf.io/1.8.0/classes/base_event
import type { EventClass } from '../event-class.ts';
import { actor, device } from '../objects.ts';

export const base: EventClass = {
  uid: 0,
  name: 'Base Event',
  category: [0, 'Uncategorized'],
  byHostProfile: ['device', 'actor'],
  when: [{}],
  activities: [],
  fields: { device, actor },
};
