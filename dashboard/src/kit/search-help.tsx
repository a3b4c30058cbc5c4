// The search language beside the box: the table that its page of the documentation is printed from.
import { Popover } from 'radix-ui';
import { GUIDE } from '../../../domains/search/guide.ts';
import { OPERATORS } from '../../../domains/search/operators.ts';
import { IconButton } from './button.tsx';
import './menu.css';
import './search-help.css';

interface SearchHelpProps {
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  /** An example was chosen. */
  readonly onTry: (example: string) => void;
}

export function SearchHelp({ isOpen, onOpenChange, onTry }: SearchHelpProps) {
  return (
    <Popover.Root open={isOpen} onOpenChange={onOpenChange}>
      <Popover.Trigger asChild>
        <IconButton icon="help" label="How to search" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover search-help" align="end" sideOffset={10} collisionPadding={8} aria-label="How to search" tabIndex={0}>
          {GUIDE.map(({ title, rows }) => (
            <section key={title}>
              <h2>{title}</h2>
              <dl>
                {rows.map(({ examples, finds }) => (
                  <div key={finds} className="search-help-row">
                    <dt>
                      {examples.map((example) => (
                        <button key={example} type="button" className="search-help-example" title="Put it into the box" onClick={() => onTry(example)}>
                          <code>{example}</code>
                        </button>
                      ))}
                    </dt>
                    <dd>{inCode(finds)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          <section>
            <h2>Between field and value</h2>
            <dl>
              {OPERATORS.map(({ write, means }) => (
                <div key={write} className="search-help-row">
                  <dt>
                    <code>{write}</code>
                  </dt>
                  <dd>{means}</dd>
                </div>
              ))}
            </dl>
          </section>
          <p className="quiet">
            Fields have their ECS names or those of the sensor; Ctrl and space offers them. All of it is in <code>docs/reference/search.md</code>.
          </p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

const inCode = (text: string) =>
  text.split('`').map((part, index) => (index % 2 === 1 ? <code key={`${index} ${part}`}>{part}</code> : <span key={`${index} ${part}`}>{part}</span>));
