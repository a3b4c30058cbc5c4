// A page that lists all there is of one kind, with a way to add to it.
import type { ReactNode } from 'react';
import type { Fresh } from '../data/fresh.ts';
import { Button } from '../kit/button.tsx';
import type { IconName } from '../kit/icon.tsx';
import { useKeys } from '../kit/keys.ts';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { AdministrationTabs } from './tabs.tsx';
import './administration.css';

interface ListPageProps {
  /** In the plural: `Trust domains`. */
  readonly title: string;
  /** What one is called beside a number: `domain`. */
  readonly noun: string;
  readonly fresh: Pick<Fresh<unknown>, 'problem' | 'at' | 'reload'>;
  /** Undefined while it is not loaded. */
  readonly count: number | undefined;
  /** Null for who may not. */
  readonly add: { readonly label: string; readonly hint: string; readonly run: () => void } | null;
  /** What is shown when there is none. */
  readonly empty: { readonly icon: IconName; readonly title: string; readonly text: ReactNode };
  /** The table. */
  readonly children: ReactNode;
}

export function ListPage({ title, noun, fresh, count, add, empty, children }: ListPageProps) {
  useTitle(title);
  useKeys(add === null ? [] : [{ keys: 'n', label: add.hint, group: 'Lists', run: add.run }]);
  return (
    <Page
      title="Administration"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {add !== null && (
            <Button kind="main" icon="plus" hint="n" onClick={add.run}>
              {add.label}
            </Button>
          )}
        </>
      }
    >
      <AdministrationTabs />
      <div className="page-scroll access">
        <Panel title={title} note={count === undefined ? undefined : plural(count, noun)} isFlush>
          {count === undefined &&
            (fresh.problem === undefined ? (
              <Waiting rows={3} label={`Loading the ${title.toLowerCase()}`} />
            ) : (
              <Failed problem={fresh.problem} onRetry={fresh.reload} />
            ))}
          {count === 0 && (
            <Empty
              icon={empty.icon}
              title={empty.title}
              action={
                add === null ? undefined : (
                  <Button kind="main" icon="plus" onClick={add.run}>
                    Add the first
                  </Button>
                )
              }
            >
              {empty.text}
            </Empty>
          )}
          {count !== undefined && count > 0 && children}
        </Panel>
      </div>
    </Page>
  );
}
