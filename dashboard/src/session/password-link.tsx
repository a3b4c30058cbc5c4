// Where the link of who forgot the password leads: another password, once.
import { Moment } from '../kit/moment.tsx';
import { LinkCard, useLink } from './link-card.tsx';
import { NewPasswordForm } from './new-password-form.tsx';

export function PasswordLinkPage() {
  const link = useLink('/auth/password-link');
  return (
    <LinkCard title="New password" link={link} heading={({ name }) => `New password for ${name}`} doneBefore="Chosen already?">
      {({ organization, organizationName, name, expiresAt }) => (
        <>
          <p className="quiet">
            At {organizationName}. This link works once, until <Moment at={expiresAt} isLong />.
          </p>
          <NewPasswordForm
            label="Choose a new password"
            user={name}
            action="Change the password"
            busyAction="Changing"
            isBusy={link.isBusy}
            refusal={link.refusal}
            onChosen={(password) => void link.choose(organization, password)}
          />
          <p className="login-note">All your sessions end, and you sign in as {name} afterwards; a second factor stays as it is.</p>
        </>
      )}
    </LinkCard>
  );
}
