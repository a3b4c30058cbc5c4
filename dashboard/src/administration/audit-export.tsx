// The whole audit as a file that `./goshawk audit verify --file` checks anywhere.
import { useState } from 'react';
import { saveFile } from '../data/export.ts';
import type { Problem } from '../data/problem.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { CopyBlock } from '../kit/copy-block.tsx';
import { exactCount } from '../kit/numbers.ts';

/** It passes through the memory of the browser, at about a kilobyte an entry. */
const MOST_ENTRIES = 200_000;

/** @param entries Of the whole chain; undefined until it is known. */
export function AuditExport({ entries, organization }: { readonly entries: number | undefined; readonly organization: string }) {
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const close = () => {
    setAsking(false);
    setProblem(undefined);
  };
  const save = async () => {
    setBusy(true);
    setProblem(undefined);
    const found = await saveFile('/v2/audit/export', `audit-${organization}.ndjson`);
    setBusy(false);
    if (found === null) close();
    else setProblem(found);
  };
  const isTooLarge = entries !== undefined && entries > MOST_ENTRIES;
  return (
    <>
      <Button icon="export" disabled={entries === undefined} onClick={() => setAsking(true)}>
        Export
      </Button>
      <AskDialog
        isOpen={isAsking}
        title="Export the audit"
        action={isTooLarge ? 'Close' : isBusy ? 'Exporting' : 'Export'}
        isBusy={isBusy}
        problem={problem}
        onDo={isTooLarge ? close : () => void save()}
        onCancel={close}
      >
        {isTooLarge ? (
          <p>{exactCount(entries)} entries are more than a browser takes at once. On the machine of the installation they are exported by the command below.</p>
        ) : (
          <p>
            All {exactCount(entries ?? 0)} entries, whatever is filtered here, as NDJSON with what each hash covers. That it was exported is an entry too.
            Anybody can check the file, without an installation:
          </p>
        )}
        <CopyBlock
          label="Command"
          text={
            isTooLarge
              ? `./goshawk audit export --organization ${organization} > audit-${organization}.ndjson`
              : `./goshawk audit verify --file audit-${organization}.ndjson`
          }
        />
      </AskDialog>
    </>
  );
}
