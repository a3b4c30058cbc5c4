// A page of one thing of a list: loading it, saying that it is not there, showing it.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Fresh } from '../data/fresh.ts';
import type { IconName } from '../kit/icon.tsx';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import './administration.css';

interface OnePageProps<T> {
  readonly list: { readonly to: '/administration/identity-providers' | '/administration/trust-domains'; readonly title: string };
  readonly name: string;
  /** What it is: `trust domain`. */
  readonly noun: string;
  readonly icon: IconName;
  readonly fresh: Pick<Fresh<unknown>, 'problem' | 'at' | 'reload'>;
  /** Undefined while it is not loaded; null = there is none. */
  readonly found: T | null | undefined;
  readonly children: (found: T) => ReactNode;
}

export function OnePage<T>({ list, name, noun, icon, fresh, found, children }: OnePageProps<T>) {
  useTitle(name);
  return (
    <Page
      title={
        <>
          <Link to={list.to} className="crumb">
            {list.title}
          </Link>{' '}
          <span className="faint">/</span> {name}
        </>
      }
      tools={<Stale problem={fresh.problem} at={fresh.at} />}
    >
      <div className="page-scroll access access-narrow">
        {found === undefined &&
          (fresh.problem === undefined ? <Waiting rows={8} label={`Loading the ${noun}`} /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {found === null && (
          <Panel title={name}>
            <Empty icon={icon} title={`No such ${noun}`}>
              It was removed, or never added.
            </Empty>
          </Panel>
        )}
        {found !== undefined && found !== null && children(found)}
      </div>
    </Page>
  );
}
