// Where the link of an invitation leads: who it is for, and how they will sign in: a password that they choose, or an identity provider.
import { Button } from '../kit/button.tsx';
import { Moment } from '../kit/moment.tsx';
import { call } from './api.ts';
import { LinkCard, useLink, type Opened } from './link-card.tsx';
import { NewPasswordForm } from './new-password-form.tsx';
import { useProviders, type Provider } from './providers.ts';
import { expectSession } from './tokens.ts';

interface Invited extends Opened {
  readonly roles: readonly string[];
}

export function InvitationPage() {
  const link = useLink<Invited>('/auth/invitations');
  const { token, isBusy, refusal, run, choose } = link;
  const providers = useProviders(link.opened?.organization);
  const acceptBy = ({ start }: Provider) =>
    run(async () => {
      const { location } = await call<{ readonly location: string }>('POST', start.replace(/\/start$/, '/accept'), { token });
      expectSession();
      window.location.assign(location);
    });
  return (
    <LinkCard title="Invitation" link={link} heading={({ name }) => `Welcome, ${name}`} doneBefore="Accepted already?">
      {({ organization, organizationName, name, roles, expiresAt }) => (
        <>
          <p className="quiet">
            You are invited to {organizationName} as {roles.join(', ')}, until <Moment at={expiresAt} isLong />.
          </p>
          <NewPasswordForm
            label="Accept the invitation"
            user={name}
            action="Accept"
            busyAction="Accepting"
            isBusy={isBusy}
            refusal={refusal}
            onChosen={(password) => void choose(organization, password)}
          />
          {providers.length > 0 && (
            <div className="login-ways">
              {providers.map((provider) => (
                <Button key={provider.name} disabled={isBusy} onClick={() => void acceptBy(provider)}>
                  {provider.label}, without a password here
                </Button>
              ))}
            </div>
          )}
          <p className="login-note">You sign in as {name} afterwards.</p>
        </>
      )}
    </LinkCard>
  );
}
