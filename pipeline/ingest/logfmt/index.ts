// Services that log as logfmt. What they mean is not known: level, text, place and error are.
import type { Decoder, Fields } from '../kit.ts';
import { draft, goLog, keyValues, mapping, messageText, table, text, textNative, via } from '../kit.ts';

const SEVERITIES = table({ trace: 0, debug: 5, info: 10, notice: 20, warn: 40, warning: 40, error: 60, err: 60, crit: 80, critical: 80, fatal: 90, panic: 90 });

const set = mapping({
  '@timestamp': ['time', 'ts', 't', 'timestamp', '@timestamp'],
  'log.level': via(['level', 'lvl', 'severity'], (value) => String(value).toLowerCase()),
  'event.severity': via(['level', 'lvl', 'severity'], (value) => SEVERITIES.get(String(value).toLowerCase())),
  'log.logger': ['logger', 'component', 'module'],
  'log.origin.file.name': via(['caller', 'file'], (value) => String(value).replace(/:\d+$/, '')),
  'log.origin.file.line': via(['caller', 'file'], (value) => /:(\d{1,9})$/.exec(String(value))?.[1]),
  'log.origin.function': 'func',
  'error.message': ['error', 'err'],
  'trace.id': ['trace_id', 'traceID', 'traceid'],
  'span.id': ['span_id', 'spanID'],
  'http.request.id': ['request_id', 'requestid'],
  'host.name': 'hostname',
  'process.pid': 'pid',
});

const decoder: Decoder = {
  name: 'logfmt',
  version: 2,
  reads:
    'Logs of services in logfmt, as logrus, slog and go-kit write them (Docker, containerd, Prometheus, Grafana, Traefik and others), also in the form of a terminal',
  recognisedBy: '`level=` after `time=`, `ts=` or at the beginning, with `msg=`; `INFO[0000]`',
  datasets: ['logfmt.log'],
  clues: {
    begins: [
      'time=',
      'ts=',
      't=',
      'level=',
      'lvl=',
      'severity=',
      'msg=',
      'caller=',
      'timestamp=',
      '@timestamp=',
      'source=',
      'TRAC[',
      'DEBU[',
      'INFO[',
      'WARN[',
      'ERRO[',
      'FATA[',
      'PANI[',
    ],
  },
  recognise({ json, text: raw }) {
    const fields = json === undefined ? goLog(raw) : undefined;
    if (fields === undefined) return 0;
    if (text(fields.msg) === null) return text(fields.time) !== null && Object.keys(fields).length > 4 ? 0.5 : 0;
    return fields.elapsed !== undefined || fields.time !== undefined || fields.ts !== undefined || fields.t !== undefined || fields['@timestamp'] !== undefined
      ? 0.75
      : 0.6;
  },
  decode(document) {
    const read = goLog(document.text);
    if (read === undefined) return 'neither logfmt with a level nor a line of a terminal';
    const pairs = text(read.msg)?.includes('=') === true ? keyValues(String(read.msg)) : {};
    const fields: Fields = Object.keys(pairs).length > 0 ? { ...read, attributes: pairs } : read;
    const event = draft('logfmt.log', '', textNative(document, fields));
    const message = text(fields.msg) ?? text(fields.message);
    event.message = messageText(message ?? document.text);
    set(event, fields, document);
    return [event];
  },
};
export default decoder;
