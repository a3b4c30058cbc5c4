// What the API asks of the stages' own code, which it does not import: whoever opens the API gives it.
import type { Micros } from '../../pipeline/core/index.ts';
import type { ExplainedCorrelation, Explanation, RuleLogsource } from '../../domains/sigma/index.ts';
import type { MatchedField, RefRule, RefSuppression, Severity } from '../../schemas/avro/types.gen.ts';

export interface AnalysisRequest {
  readonly organization: string;
  /** Names `rules`: what has the same name is the same. */
  readonly name: string;
  readonly rules: readonly RefRule[];
  readonly exceptions: readonly RefSuppression[];
  /** Records as they would come in, each as text. */
  readonly records: readonly string[];
  /** Name of a decoder; absent: recognised. */
  readonly format?: string | undefined;
  readonly source: string;
  /** In place of the append time. */
  readonly now: Micros;
}
export interface AnalyzedMatch {
  readonly ruleId: string;
  readonly version: string;
  readonly title: string;
  readonly level: Severity;
  readonly state: string;
  readonly tags: readonly string[];
  /** Which fields met the rule, with their values. */
  readonly why: readonly MatchedField[];
  /** Id of the exception that the event met, or null. */
  readonly suppressedBy: string | null;
}
export interface AnalyzedEvent {
  /** Of the record. */
  readonly index: number;
  /** Null when no format read it, or it was refused. */
  readonly dataset: string | null;
  /** Why it would be set aside; null when it passes. */
  readonly refused: { readonly code: string; readonly reason: string } | null;
  readonly matches: readonly AnalyzedMatch[];
  /** Correlations that would hear of it. */
  readonly correlations: readonly string[];
  /** Of the alert that the event alone would make, 0 to 100; 0 when it would make none. */
  readonly score: number;
}
export interface Analysis {
  readonly events: readonly AnalyzedEvent[];
  /** What correlations find over all of the records. */
  readonly correlated: readonly (AnalyzedMatch & { readonly eventCount: number; readonly score: number })[];
}

export interface FieldWarning {
  /** Of the text, from 1. */
  readonly line: number;
  /** A sentence without its full stop. */
  readonly reason: string;
}

export interface Conditions {
  readonly conditions: unknown;
  readonly documents: readonly {
    /** Of a rule that has met the document: fields have other names by it. Null: those of the document. */
    readonly logsource: RuleLogsource | null;
    /** JSON text. */
    readonly native: string;
    /** What the event has under names of ECS that the conditions ask for. */
    readonly canonical: Readonly<Record<string, unknown>>;
  }[];
}

/** A stored event, as the stage would ask a rule of it. */
export interface StoredDocument {
  readonly logsource: { readonly product: string; readonly category: readonly string[]; readonly service: readonly string[] };
  /** JSON text. */
  readonly native: string;
}

/** With what its event has under names of ECS that the correlation counts. */
export interface CorrelationDocument extends StoredDocument {
  readonly canonical: Readonly<Record<string, string>>;
}

export interface Detection {
  /**
   * Through ingest, validate, detect, correlate and alert as the stages run them, in memory.
   * @throws ApiProblem QUERY_TIMEOUT when it takes too long; INVALID_REQUEST for an unknown format.
   */
  readonly analyze: (request: AnalysisRequest) => Promise<Analysis>;
  /** Whether each document meets the conditions of an exception. @throws ApiProblem QUERY_TIMEOUT */
  readonly meets: (asked: Conditions) => Promise<readonly boolean[]>;
  /**
   * Which fields of each document met a rule; null where it does not meet it.
   * @param text One rule that `Rules.readable` has accepted. @throws ApiProblem QUERY_TIMEOUT
   */
  readonly tryRule: (text: string, documents: readonly StoredDocument[]) => Promise<readonly (readonly MatchedField[] | null)[]>;
  /**
   * Part by part why the document meets the rule, or does not.
   * @param text As for `tryRule`. @param filters Documents that are applied to it where they are meant for it. @throws ApiProblem QUERY_TIMEOUT
   */
  readonly explain: (text: string, document: StoredDocument, filters?: readonly string[]) => Promise<Explanation>;
  /**
   * What a correlation counts of these documents; null where something that it refers to is missing.
   * @param text One correlation that `Rules.readable` has accepted. @param others What it refers to, and filters. @throws ApiProblem QUERY_TIMEOUT
   */
  readonly explainCorrelation: (text: string, others: readonly string[], documents: readonly CorrelationDocument[]) => Promise<ExplainedCorrelation | null>;
  /** What the rule asks for that no event of its log source is known to have. @param known Fields that the organization has seen. */
  readonly fieldWarnings: (text: string, known: readonly string[]) => Promise<readonly FieldWarning[]>;
}
