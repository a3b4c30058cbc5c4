// One rule, or one that is not saved yet: its text, and beside it what it does.
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useFresh } from '../data/fresh.ts';
import { RuleDocument, type RuleQuery } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import type { RuleSearch } from './address.ts';
import { useMayWrite } from './roles.ts';
import { StateMark } from './words.tsx';
import { Workspace } from './workspace.tsx';
import './rules.css';

export type RuleFull = NonNullable<RuleQuery['rule']>;
export type ShowRule = (change: { readonly [K in keyof RuleSearch]: RuleSearch[K] | undefined }) => void;

const EVERY_MS = 15_000;
const TEMPLATE = `title: What happened, in a few words
status: experimental
description: What it looks for, and why that matters.
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    Image|endswith: '\\example.exe'
  condition: selection
falsepositives:
  - Unknown
level: medium
tags:
  - attack.execution
`;

const Crumb = ({ name }: { readonly name: string }) => (
  <>
    <Link to="/rules" className="crumb">
      Rules
    </Link>{' '}
    <span className="faint">/</span> {name}
  </>
);

export function RulePage() {
  const { ruleId } = useParams({ from: '/inside/rules/rule/$ruleId' });
  const search = useSearch({ from: '/inside/rules/rule/$ruleId' });
  const navigate = useNavigate();
  const fresh = useFresh(RuleDocument, { key: ruleId, variables: () => ({ id: ruleId }), what: 'The rule', everyMs: EVERY_MS });
  const rule = fresh.isLoading ? undefined : fresh.data?.rule;
  useTitle(rule?.title ?? 'Rule');
  const show: ShowRule = (change) =>
    void navigate({ to: '/rules/rule/$ruleId', params: { ruleId }, search: withChange(search, change), replace: true, resetScroll: false });
  return (
    <Page
      className="rule-page"
      title={<Crumb name={rule?.title ?? ''} />}
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {rule !== null && rule !== undefined && <StateMark rule={rule} />}
        </>
      }
    >
      {fresh.isLoading &&
        (fresh.problem === undefined ? <Waiting rows={14} label="Loading the rule" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
      {rule === null && (
        <div className="page-scroll">
          <Panel title="Rule">
            <Empty
              icon="rules"
              title="There is no such rule"
              action={
                <Button kind="main" onClick={() => void navigate({ to: '/rules' })}>
                  Show all rules
                </Button>
              }
            >
              The address is wrong, or the rule belongs to another organization.
            </Empty>
          </Panel>
        </div>
      )}
      {rule !== null && rule !== undefined && <Workspace key={rule.id} rule={rule} text={rule.text} search={search} show={show} onChanged={fresh.reload} />}
    </Page>
  );
}

export function NewRulePage() {
  const search = useSearch({ from: '/inside/rules/new' });
  const navigate = useNavigate();
  const mayWrite = useMayWrite();
  const { from } = search;
  const origin = useFresh(RuleDocument, { key: from ?? null, variables: () => ({ id: from ?? '' }), what: 'The rule to begin with' });
  useTitle('New rule');
  const show: ShowRule = (change) => void navigate({ to: '/rules/new', search: withChange(search, change), replace: true, resetScroll: false });
  const isReady = from === undefined || !origin.isLoading;
  return (
    <Page className="rule-page" title={<Crumb name="New" />}>
      {!mayWrite && (
        <p className="rule-notice">Your role may read rules. Who writes one is an administrator, an analyst or an engineer of your organization.</p>
      )}
      {!isReady &&
        (origin.problem === undefined ? (
          <Waiting rows={14} label="Loading the rule to begin with" />
        ) : (
          <Failed problem={origin.problem} onRetry={origin.reload} />
        ))}
      {isReady && (
        <Workspace
          rule={null}
          text={from === undefined ? TEMPLATE : copyOf(origin.data?.rule?.text ?? TEMPLATE)}
          search={search}
          show={show}
          onChanged={() => undefined}
        />
      )}
    </Page>
  );
}

/** Without the id, which is the other's: it is given one of its own. */
const copyOf = (text: string): string => text.replace(/^id:.*\r?\n/m, '');

const withChange = (search: RuleSearch, change: { readonly [K in keyof RuleSearch]: RuleSearch[K] | undefined }): RuleSearch =>
  Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined)) as RuleSearch;
