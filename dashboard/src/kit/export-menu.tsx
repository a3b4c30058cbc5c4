// A button that makes a file of what the page shows.
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { EXPORT_FORMATS, EXPORT_ROWS, saveExport, type ExportFormat, type ExportQuestion } from '../data/export.ts';
import type { Problem } from '../data/problem.ts';
import { Icon } from './icon.tsx';
import { exactCount } from './numbers.ts';
import './export-menu.css';
import './menu.css';

const WORDS: Record<ExportFormat, string> = { csv: 'CSV, for spreadsheets', ndjson: 'NDJSON, one document a line', parquet: 'Parquet, for analysis' };

/** @param question Asked when a format is chosen, so that a range that ends now does. */
export function ExportMenu({ question }: { readonly question: () => ExportQuestion }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const save = async (format: ExportFormat) => {
    setBusy(true);
    setProblem(null);
    setProblem(await saveExport(question(), format));
    setBusy(false);
  };
  return (
    <div className="export">
      <DropdownMenu.Root>
        <DropdownMenu.Trigger className="button button-plain" disabled={isBusy}>
          <Icon name="export" size={15} />
          <span className="export-word">{isBusy ? 'Exporting' : 'Export'}</span>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
            <DropdownMenu.Label className="menu-label">
              <span className="faint">What is shown, up to {exactCount(EXPORT_ROWS)} rows. Exports are audited.</span>
            </DropdownMenu.Label>
            {EXPORT_FORMATS.map((format) => (
              <DropdownMenu.Item key={format} className="menu-item" onSelect={() => void save(format)}>
                {WORDS[format]}
              </DropdownMenu.Item>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {problem !== null && (
        <div className="export-problem" role="alert">
          <strong>{problem.title}</strong> {problem.advice}
          {problem.requestId !== null && <span className="faint"> Request {problem.requestId}.</span>}
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => setProblem(null)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      )}
    </div>
  );
}
