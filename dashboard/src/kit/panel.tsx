import type { ReactNode } from 'react';
import './panel.css';

interface PanelProps {
  readonly title: ReactNode;
  /** One quiet fact beside the title: a count, a unit. */
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Lets lists reach the edge. */
  readonly isFlush?: boolean;
  readonly className?: string;
}

export function Panel({ title, note, actions, children, isFlush = false, className = '' }: PanelProps) {
  return (
    <section className={`panel ${className}`}>
      <header className="panel-head">
        <h2>{title}</h2>
        {note !== undefined && <span className="panel-note">{note}</span>}
        <span className="panel-actions">{actions}</span>
      </header>
      <div className={isFlush ? 'panel-body panel-flush' : 'panel-body'}>{children}</div>
    </section>
  );
}

/** The head of a page: its name, what belongs to all of it, and the page below. */
export function Page({
  title,
  tools,
  children,
  className = '',
}: {
  readonly title: ReactNode;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <div className={`page ${className}`}>
      <header className="page-head">
        <h1>{title}</h1>
        <div className="page-tools">{tools}</div>
      </header>
      {children}
    </div>
  );
}
