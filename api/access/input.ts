// What callers give, in one form for REST and GraphQL.
import { isIP } from 'node:net';
import { z } from 'zod';
import { isAllowEntry } from '../../outbound/allow-list.ts';
import { isPermission, PERMISSION_NAMES, ROLE_NAME, ROLES } from '../gate/roles.ts';
import { text } from '../rest/kit.ts';
import { whyAlike } from './look-alikes.ts';

/** What the description can say of a change that may leave out anything, but not all. */
const SOMETHING = { minProperties: 1 };

/** A colon is left to accounts of programs, and nothing in a name can be taken for another name. */
const name = text(200)
  .transform((value) => value.normalize('NFC').trim())
  .pipe(z.string().regex(/^[\p{L}\p{N}](?:[\p{L}\p{N}._@+' -]*[\p{L}\p{N}])?$/u, "Letters, digits, spaces and ._@+'- between them."))
  .superRefine((value, context) => {
    const message = whyAlike(value);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .meta({ description: 'What the user signs in with, and is called in the audit.', minLength: 1 });
const email = z.email('An address, for example ada@example.org.').max(320);
const role = z.string().regex(ROLE_NAME, 'Lower-case letters, digits, _ and -, at most 40, a letter first.');
const roles = z
  .array(role)
  .max(20)
  .transform((given) => [...new Set(given)]);
const description = text(500).meta({ description: 'For whoever reads the list.' });

/** A sensor's role is for what sends: a person who holds it would see nothing. */
const rolesOfPeople = roles
  .refine((given) => !given.includes('sensor'), 'The role sensor is for what sends. Enrol a sensor, or make a service account.')
  .meta({ description: `Built in: ${ROLES.filter((each) => each !== 'sensor').join(', ')}; or the organization's own.` });

export const newUser = z.strictObject({
  name,
  email: email.nullable().default(null),
  roles: rolesOfPeople,
  password: z.string().max(1_000).meta({ description: 'To be told to the user by another way. Better: invite, so that nobody else knows it.' }),
});
export const userChange = z
  .strictObject({ name: name.optional(), email: email.nullable().optional(), roles: rolesOfPeople.optional(), disabled: z.boolean().optional() })
  .refine((given) => Object.keys(given).length > 0, 'Say what to change: name, email, roles or disabled.')
  .meta(SOMETHING);

export const newInvitation = z.strictObject({
  name,
  email: email.nullable().default(null),
  roles: rolesOfPeople,
  hours: z.int().min(1).max(720).default(72).meta({ description: 'How long it can be accepted.' }),
});
const linkToken = z.string().max(200).meta({ description: 'What stands behind `#` in the link.' });
/** Of an invitation, or of a link for a new password. */
export const linkLook = z.strictObject({ token: linkToken });
export const linkAcceptance = z.strictObject({
  token: linkToken,
  password: z.string().max(1_000).meta({ description: 'The one to sign in with from now on.' }),
});

const permissions = z
  .array(z.string().refine(isPermission, 'There is no such permission; docs/reference/permissions.md lists them.').meta({ enum: PERMISSION_NAMES }))
  .min(1)
  .max(200)
  .transform((given) => [...new Set(given)].sort());
export const newRole = z.strictObject({
  name: role.refine((given) => !(ROLES as readonly string[]).includes(given), 'A built-in role has this name.'),
  description: description.default(''),
  permissions,
});
export const roleChange = z
  .strictObject({ description: description.optional(), permissions: permissions.optional() })
  .refine((given) => Object.keys(given).length > 0, 'Say what to change: description or permissions.')
  .meta(SOMETHING);

export const newServiceAccount = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Lower-case letters, digits and dashes, at most 40.'),
  description: description.default(''),
  roles: roles.refine((given) => given.length > 0, 'At least one role: an account without one may do nothing.').meta({ minItems: 1 }),
});
export const serviceAccountChange = z
  .strictObject({ description: description.optional(), roles: roles.optional(), disabled: z.boolean().optional() })
  .refine((given) => Object.keys(given).length > 0, 'Say what to change: description, roles or disabled.')
  .meta(SOMETHING);

const keyDays = z.int().min(1).max(366).default(90).meta({ description: 'How long the key holds.' });
export const newKey = z.strictObject({
  permissions: permissions.nullable().default(null).meta({ description: "A part of what the account's roles give; null: all of it." }),
  networks: z
    .array(z.string().refine(isNetwork, 'An address or a network, for example 192.0.2.10 or 10.0.0.0/8.'))
    .min(1)
    .max(50)
    .nullable()
    .default(null)
    .meta({ description: 'From where it is taken; null: from everywhere.' }),
  days: keyDays,
});
export const keyRotation = z.strictObject({
  days: keyDays,
  overlapSeconds: z.int().min(0).max(2_592_000).default(86_400).meta({ description: 'How long the key before still holds.' }),
});

const organizationName = text(200)
  .refine((given) => given.trim() !== '', 'Not empty.')
  .meta({ minLength: 1 });
export const newOrganization = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Lower-case letters, digits and dashes, at most 63: part of the names of topics.')
    .meta({ description: 'Stays for ever.' }),
  name: organizationName,
  admin: z
    .strictObject({ name, email: email.nullable().default(null) })
    .optional()
    .meta({ description: 'Who is invited to administer it.' }),
});
export const organizationChange = z
  .strictObject({ name: organizationName.optional(), suspended: z.boolean().optional() })
  .refine((given) => Object.keys(given).length > 0, 'Say what to change: name or suspended.')
  .meta(SOMETHING);
export const settingsChange = z
  .strictObject({
    name: organizationName.optional(),
    mfaRoles: roles.optional().meta({ description: 'Who holds one of these needs a second factor.' }),
    sessionHours: z.int().min(1).max(8_760).nullable().optional().meta({ description: 'Life of a session without use; null: as the installation has it.' }),
    outboundHosts: z
      .array(z.string().refine(isAllowEntry, 'A host, an address or a network, for example siem.internal, http://siem.internal:8088 or 10.2.0.0/16.'))
      .max(100)
      .optional()
      .meta({ description: 'Hosts and networks inside that outgoing requests may reach; all others must be public.' }),
  })
  .refine((given) => Object.keys(given).length > 0, 'Say what to change: name, mfaRoles, sessionHours or outboundHosts.')
  .meta(SOMETHING);

/** In the form that PostgreSQL takes for inet. */
function isNetwork(value: string): boolean {
  const [address = '', length, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes('%')) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128));
}
