// Line icons on a 16 px grid, drawn in the colour of the text.
import type { ReactNode } from 'react';

const shapes = {
  overview: <path d="M2.5 13.5v-4m3.67 4v-8m3.66 8v-6m3.67 6v-11" />,
  alerts: <path d="M8 2.2 14.2 13H1.8L8 2.2Zm0 4.3v3m0 1.8v.1" />,
  events: <path d="M2.5 4h11M2.5 8h11m-11 4h7" />,
  hunt: (
    <>
      <circle cx="8" cy="8" r="4.25" />
      <path d="M8 1.75v4.5m0 3.5v4.5M1.75 8h4.5m3.5 0h4.5" />
    </>
  ),
  rules: <path d="M8 1.75 13.25 4v4c0 3-2.2 5.2-5.25 6.25C4.95 13.2 2.75 11 2.75 8V4L8 1.75Zm-2.5 6.1 1.8 1.8 3.3-3.5" />,
  fields: <path d="M2.5 3.5h4v3h-4zm0 6h4v3h-4zM9 5h4.5M9 11h4.5" />,
  pipeline: (
    <>
      <circle cx="3.5" cy="8" r="1.75" />
      <circle cx="12.5" cy="3.75" r="1.75" />
      <circle cx="12.5" cy="12.25" r="1.75" />
      <path d="m5.1 7.2 5.8-2.7M5.1 8.8l5.8 2.7" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="m10.2 10.2 3.3 3.3" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 4.75V8l2.2 1.5" />
    </>
  ),
  down: <path d="m4.5 6.25 3.5 3.5 3.5-3.5" />,
  right: <path d="m6.25 4.5 3.5 3.5-3.5 3.5" />,
  left: <path d="M9.75 4.5 6.25 8l3.5 3.5" />,
  up: <path d="m4.5 9.75 3.5-3.5 3.5 3.5" />,
  close: <path d="m4 4 8 8m0-8-8 8" />,
  check: <path d="m3 8.5 3.2 3.2L13 4.8" />,
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />
    </>
  ),
  plus: <path d="M8 3.5v9M3.5 8h9" />,
  minus: <path d="M3.5 8h9" />,
  pause: <path d="M5.5 3.5v9m5-9v9" />,
  stop: <rect x="4" y="4" width="8" height="8" rx="1" />,
  play: <path d="M5 3.2v9.6L12.5 8 5 3.2Z" />,
  table: (
    <>
      <rect x="2.5" y="3" width="11" height="10" rx="1.5" />
      <path d="M2.5 6.5h11m-7 0V13" />
    </>
  ),
  settings: <path d="M2.5 4.5h7m3.5 0h.5M2.5 11.5H4m3.5 0h6M11 2.75v3.5m-5 3.5v3.5" />,
  keyboard: (
    <>
      <rect x="1.75" y="4" width="12.5" height="8.5" rx="1.5" />
      <path d="M4.5 6.75h.01m2.32 0h.01m2.32 0h.01m2.33 0h.01M5 9.75h6" />
    </>
  ),
  out: <path d="M6.5 13.5H4A1.5 1.5 0 0 1 2.5 12V4A1.5 1.5 0 0 1 4 2.5h2.5m3.5 8 3-2.5-3-2.5m3 2.5H6" />,
  export: <path d="M8 2.5v7m-2.75-2.6L8 9.65l2.75-2.75M2.75 10.5v1.5A1.5 1.5 0 0 0 4.25 13.5h7.5a1.5 1.5 0 0 0 1.5-1.5v-1.5" />,
  link: <path d="M9.5 3.5h3v3m0-3L7.75 8.25M11.5 9.5v2A1.5 1.5 0 0 1 10 13H4.5A1.5 1.5 0 0 1 3 11.5V6a1.5 1.5 0 0 1 1.5-1.5h2" />,
  chain: (
    <path d="M6.75 9.25a2.75 2.75 0 0 0 4 .1l1.9-1.9a2.75 2.75 0 0 0-3.900-3.900l-.9.9m1.400 2.300a2.75 2.75 0 0 0-4-.1l-1.900 1.900a2.750 2.750 0 0 0 3.900 3.900l.9-.9" />
  ),
  person: (
    <>
      <circle cx="8" cy="5.25" r="2.75" />
      <path d="M2.75 13.5c.5-2.7 2.5-4 5.25-4s4.75 1.3 5.25 4" />
    </>
  ),
  host: (
    <>
      <rect x="2" y="3" width="12" height="8" rx="1.25" />
      <path d="M5.5 13.5h5M8 11v2.5" />
    </>
  ),
  address: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M2.25 8h11.5M8 2.25c2 1.7 2.6 3.6 2.6 5.75S10 12.05 8 13.75C6 12.05 5.4 10.15 5.4 8S6 3.95 8 2.25Z" />
    </>
  ),
  hash: <path d="M6.5 2.5 5 13.5m6-11-1.5 11M3 5.75h10.5M2.5 10.25H13" />,
  thing: <path d="M8 2.25 13 5v6l-5 2.75L3 11V5l5-2.75Zm0 5.5L13 5M8 7.75 3 5m5 2.75v6" />,
  note: <path d="M3 3.5h10v7H8L5.5 13v-2.5H3v-7Z" />,
  undo: <path d="M5.5 3 2.75 5.75 5.5 8.5M3 5.75h6a3.75 3.75 0 0 1 0 7.5H6.5" />,
  warning: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 4.9v3.6m0 2.4v.1" />
    </>
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M6.3 6.4a1.75 1.75 0 1 1 2.6 1.5c-.6.35-.9.7-.9 1.35m0 1.9v.1" />
    </>
  ),
  bookmark: <path d="M4.5 2.75h7v10.5L8 10.5l-3.5 2.75V2.75Z" />,
  scale: <path d="M8 2.75v10.5m-3 0h6M3 4.75h10M3.5 4.75 1.75 9.25h3.5L3.5 4.75Zm9 0-1.75 4.5h3.5l-1.75-4.5Z" />,
  refresh: <path d="M13.25 8A5.25 5.25 0 1 1 11.6 4.2m1.65-1.7v2.75H10.5" />,
} satisfies Record<string, ReactNode>;
export type IconName = keyof typeof shapes;

/** Says nothing to a screen reader: the text beside it does. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  );
}

export const entityIcon = (type: string): IconName =>
  type === 'host'
    ? 'host'
    : type === 'user' || type === 'service_identity'
      ? 'person'
      : type === 'address' || type === 'ip' || type === 'domain'
        ? 'address'
        : type === 'hash'
          ? 'hash'
          : 'thing';
