import { Ago } from '../kit/moment.tsx';
import { HealthShape } from '../kit/severity.tsx';

/** Whether an account works. */
export function OnOff({ disabledAt }: { readonly disabledAt: string | null }) {
  return (
    <span className="health-mark">
      <HealthShape health={disabledAt === null ? 'good' : 'off'} />
      {disabledAt === null ? (
        'Active'
      ) : (
        <span>
          Disabled <Ago at={disabledAt} suffix=" ago" />
        </span>
      )}
    </span>
  );
}
