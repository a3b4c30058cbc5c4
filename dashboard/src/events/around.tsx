// What happened around an event: on the same host, by the same user, at the same address, or anywhere.
import { useNavigate } from '@tanstack/react-router';
import { DropdownMenu } from 'radix-ui';
import type { EventRowFragment } from '../gql/graphql.ts';
import { entityIcon, Icon } from '../kit/icon.tsx';
import { toIso } from '../kit/range.ts';
import { fieldTerm } from '../kit/search-language.ts';
import { toMs } from '../kit/time.ts';
import '../kit/menu.css';
import type { EventsSearch } from './address.ts';

const MINUTE_MS = 60_000;

export function Around({ event }: { readonly event: EventRowFragment }) {
  const navigate = useNavigate();
  const { host, user, sourceIp, destinationIp, time } = event;
  const show = (minutes: number, field?: string, value?: string) => {
    const at = toMs(time);
    const range = { from: toIso(at - minutes * MINUTE_MS), to: toIso(at + minutes * MINUTE_MS) };
    const search: EventsSearch = { ...(field === undefined || value === undefined ? {} : { q: fieldTerm(field, value) }), ...range };
    void navigate({
      to: '/events/$eventId',
      params: { eventId: event.id },
      search: ({ columns }) => ({ ...search, ...(columns === undefined ? {} : { columns }) }),
    });
  };
  const same = [
    ['host', 'host.name', host],
    ['user', 'user.name', user],
    ['address', 'source.ip', sourceIp],
    ['address', 'destination.ip', destinationIp],
  ] as const;
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="icon-button" aria-label="Events around this one" title="Events around this one">
        <Icon name="clock" size={15} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Label className="menu-label faint">Five minutes before and after</DropdownMenu.Label>
          {same.map(
            ([type, field, value]) =>
              value !== null && (
                <DropdownMenu.Item key={field} className="menu-item" onSelect={() => show(5, field, value)}>
                  <Icon name={entityIcon(type)} />
                  <span className="cut">
                    {field} <code>{value}</code>
                  </span>
                </DropdownMenu.Item>
              ),
          )}
          <DropdownMenu.Separator className="menu-line" />
          <DropdownMenu.Item className="menu-item" onSelect={() => show(1)}>
            <Icon name="events" />
            All events, one minute before and after
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
