// nginx without Kubernetes: one server in front of the API. It sorts requests as the API does, by method too, which an ingress cannot.

export interface NginxClass {
  readonly name: string;
  /** What may stand before a request's method and path in the map, and those two: a regular expression for the whole. */
  readonly match: string;
  readonly perMinute: number;
}
export interface NginxOptions {
  readonly head: string;
  /** Of probes: not counted. */
  readonly uncounted: string;
  /** In the order in which they are tried; the last takes what is left. */
  readonly classes: readonly NginxClass[];
  readonly maxBodyBytes: number;
  readonly connectionsPerAddress: number;
  readonly timeoutSeconds: number;
}

const variable = (name: string): string => `goshawk_${name.replaceAll('-', '_')}`;
const block = (opening: string, lines: readonly string[]): string => `${opening} {\n${lines.map((line) => `  ${line}`).join('\n')}\n}\n`;
/** As the API says it. */
const problem = (status: number, code: string, title: string, detail: string): string =>
  `return ${status} '${JSON.stringify({ type: `urn:goshawk:problem:${code}`, title, status, detail, code })}';`;

export function nginxConf({ head, uncounted, classes, maxBodyBytes, connectionsPerAddress, timeoutSeconds }: NginxOptions): string {
  const rest = classes.at(-1)!;
  const zones = classes.flatMap(({ name, perMinute }) => [
    `map $goshawk_class $${variable(name)} { ${name} $goshawk_address; default ""; }`,
    `limit_req_zone $${variable(name)} zone=${variable(name)}:10m rate=${perMinute}r/m;`,
  ]);
  return `${head}
upstream goshawk_api {
  server 127.0.0.1:8080;
  keepalive 64;
  keepalive_timeout 60s; # below the API's 75 s: nothing is sent into a connection that it has just closed
}

${block('map $http_upgrade $goshawk_upgrade', ['default 0;', '"~*^websocket$" 1;'])}
# What a request is, as the API sorts it.
${block('map "$goshawk_upgrade:$request_method:$uri" $goshawk_class', [
  `"~^0:${uncounted}$" "";`,
  ...classes.slice(0, -1).map(({ name, match }) => `"~^${match}$" ${name};`),
  `default ${rest.name};`,
])}
# A host with IPv6 has a network of 64 bits.
${block('map $remote_addr $goshawk_address', ['"~^((?:[0-9a-f]+:){4})" $1;', '"~^([0-9a-f:]*)::" $1::;', 'default $remote_addr;'])}
${zones.join('\n')}
limit_conn_zone $goshawk_address zone=goshawk_connections:10m;

${block('map $http_x_request_id $goshawk_request_id', [String.raw`"~^[\w.-]{1,64}$" $http_x_request_id;`, 'default $request_id;'])}
${block('map $goshawk_upgrade $goshawk_connection', ['1 upgrade;', 'default "";'])}
server {
  listen 443 ssl;
  server_name goshawk.example;
  ssl_certificate /etc/nginx/goshawk.pem;
  ssl_certificate_key /etc/nginx/goshawk.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  server_tokens off;
  merge_slashes off; # the API does not either

  client_header_timeout 20s;
  client_body_timeout 60s;
  large_client_header_buffers 4 16k;
  client_max_body_size ${maxBodyBytes};

  # All of a minute at once, then evenly.
${classes.map(({ name, perMinute }) => `  limit_req zone=${variable(name)} burst=${perMinute - 1} nodelay;`).join('\n')}
  limit_conn goshawk_connections ${connectionsPerAddress};
  limit_req_status 429;
  limit_conn_status 429;
  error_page 429 @goshawk_rate_limited;
  error_page 413 @goshawk_body_too_large;

  location / {
    proxy_pass http://goshawk_api;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    # What the client says of itself is replaced, not added to. api.trustedProxies has to name this nginx.
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header Forwarded "";
    proxy_set_header X-Request-Id $goshawk_request_id;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $goshawk_connection;
    proxy_connect_timeout 5s;
    proxy_read_timeout ${timeoutSeconds}s;
    proxy_send_timeout ${timeoutSeconds}s;
    proxy_next_upstream off; # a request that changed something must not be sent again unless its sender says so
    proxy_max_temp_file_size 0; # exports go at the pace of who reads them
    gzip off; # the API packs what may be packed
  }
  location = /metrics { return 404; } # for whoever runs it, not for those outside

  location @goshawk_rate_limited {
    default_type application/problem+json;
    add_header Retry-After 60 always;
    ${problem(429, 'RATE_LIMITED', 'Too many requests.', 'Too many requests of this address. Try again when Retry-After says.')}
  }
  location @goshawk_body_too_large {
    default_type application/problem+json;
    ${problem(413, 'BODY_TOO_LARGE', 'The body is too large.', 'Send fewer or smaller items per request.')}
  }
}
`;
}
