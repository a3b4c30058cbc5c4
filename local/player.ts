// Plays the sample recordings into the raw topics, for ever, as if their sensors stood here.
import { readFileSync } from 'node:fs';
import type { OutRecord, Producer } from '../pipeline/runtime/port.ts';
import { partitionFor } from '../pipeline/runtime/partition.ts';
import { rawTopic } from '../topologies/topics.ts';
import { writeAtomically } from './project.ts';
import type { Recording } from './recording.ts';
import type { Salter } from './salt.ts';
import { openSalter } from './salt.ts';
import { sensorKey } from './sensor-key.ts';

/** Records a second of each source in the first round; together 40. Later rounds go at half of it. */
export const RATES: Readonly<Record<string, number>> = { windows: 24, zeek: 10, cloudtrail: 4, suricata: 1.5, syslog: 0.5 };
const LATER_ROUNDS = 0.5;
/** When the machine slept, or the broker was away, what should have played meanwhile is not made up for. */
const MOST_BEHIND_SECONDS = 5;

/** Where each source is, in `player.json`. */
export type Places = Record<string, { round: number; next: number }>;

export interface Player {
  /**
   * Sends what is due at `wallMs` and resolves with the number of records when the broker has them and the place is noted. An error of the
   * producer is thrown and changes nothing; the same records play at the next call.
   */
  readonly play: (wallMs: number) => Promise<number>;
}
export interface PlayerOptions {
  readonly recordings: readonly Recording[];
  readonly producer: Producer;
  /** Partitions of a topic. */
  readonly partitions: (topic: string) => number;
  readonly placesFile: string;
  /** Something that no earlier run had: a batch that plays again after a crash must have other ids. */
  readonly salt: string;
  readonly organization?: string;
}

interface Track {
  readonly recording: Recording;
  round: number;
  next: number;
  /** Wall clock at which this round's second 0 was or would have been. */ startMs: number;
  salters: readonly Salter[];
}

export function openPlayer({ recordings, producer, partitions, placesFile, salt, organization = 'default' }: PlayerOptions): Player {
  const places = readPlaces(placesFile);
  const tracks = recordings
    .filter(({ records }) => records.length > 0)
    .map((recording): Track => {
      const { round, next } = places[recording.source] ?? { round: 0, next: 0 };
      return { recording, round, next: next < recording.records.length ? next : 0, startMs: Number.NaN, salters: saltersOf(recording, round) };
    });
  function saltersOf(recording: Recording, round: number): readonly Salter[] {
    return recording.files.map((_, file) => openSalter(`${salt}/${round}/${file}`));
  }
  const offsetMs = ({ recording, round }: Track, index: number) => ((recording.seconds[index] ?? 0) * 1000) / (round === 0 ? 1 : LATER_ROUNDS);

  /** Records of one track up to `wallMs`, without moving it. At a round's end the next one waits for the next call. */
  function due(track: Track, wallMs: number): { readonly records: readonly OutRecord[]; readonly next: number } {
    const { recording, salters } = track;
    const isBehind = wallMs - (track.startMs + offsetMs(track, track.next)) > MOST_BEHIND_SECONDS * 1000;
    if (Number.isNaN(track.startMs) || isBehind) track.startMs = wallMs - offsetMs(track, track.next);
    const topic = rawTopic(organization, recording.source);
    const records: OutRecord[] = [];
    let next = track.next;
    for (; next < recording.records.length; next++) {
      const atMs = track.startMs + offsetMs(track, next);
      const record = recording.records[next];
      if (record === undefined || atMs > wallMs) break;
      const text = recording.rebasers[record.file]?.shift(record.text, Math.round(atMs * 1000) - record.time) ?? record.text;
      const key = sensorKey(record.text) ?? recording.source;
      records.push({
        topic,
        partition: partitionFor(key, partitions(topic)),
        key: Buffer.from(key),
        value: Buffer.from(salters[record.file]?.salt(text) ?? text),
      });
    }
    return { records, next };
  }

  function advance(track: Track, next: number): void {
    track.next = next;
    if (next < track.recording.records.length) return;
    track.round += 1;
    track.next = 0;
    track.startMs = Number.NaN;
    track.salters = saltersOf(track.recording, track.round);
  }

  return {
    async play(wallMs) {
      const batches = tracks.map((track) => ({ track, ...due(track, wallMs) }));
      const records = batches.flatMap((batch) => batch.records);
      if (records.length === 0) return 0;
      await producer.send(records);
      for (const { track, next } of batches) advance(track, next);
      const noted: Places = Object.fromEntries(tracks.map(({ recording, round, next }) => [recording.source, { round, next }]));
      await writeAtomically(placesFile, JSON.stringify(noted));
      return records.length;
    },
  };
}

function readPlaces(file: string): Places {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Places;
  } catch {
    return {}; // the first run
  }
}
