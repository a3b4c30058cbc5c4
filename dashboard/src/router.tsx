// Every page with its address. Areas come when they are visited; the address holds what is shown.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { readAccountsSearch, readAuditSearch, readRolesSearch, readUsersSearch } from './administration/address.ts';
import { readAlertsSearch } from './alerts/address.ts';
import { readConnectorSearch, readConnectorsSearch, readNewConnectorSearch, readSubscriptionSearch } from './connectors/address.ts';
import { readEntitiesSearch, readEntitySearch } from './entities/address.ts';
import { readEventsSearch } from './events/address.ts';
import { readFieldsSearch } from './fields/address.ts';
import { readHuntSearch, readNewHuntSearch } from './hunts/address.ts';
import { readOverviewSearch } from './overview/address.ts';
import { readPipelineSearch } from './pipeline/address.ts';
import { readCoverageSearch, readExceptionsSearch, readRuleSearch, readRulesSearch } from './rules/address.ts';
import { readEnrolSearch, readSensorSearch, readSensorsSearch } from './sensors/address.ts';
import { readLoginSearch } from './session/address.ts';
import { session } from './session/tokens.ts';
import { Frame } from './shell/frame.tsx';
import { Lost } from './shell/lost.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: readLoginSearch,
  component: lazyRouteComponent(() => import('./session/login.tsx'), 'LoginPage'),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./session/invitation.tsx'), 'InvitationPage'),
});

const password = createRoute({
  getParentRoute: () => root,
  path: '/password',
  component: lazyRouteComponent(() => import('./session/password-link.tsx'), 'PasswordLinkPage'),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Frame,
  beforeLoad: ({ location }) => {
    if (session.get() === 'out') throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } });
  },
});

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: readOverviewSearch,
  component: lazyRouteComponent(() => import('./overview/page.tsx'), 'OverviewPage'),
});
const alerts = createRoute({
  getParentRoute: () => inside,
  path: '/alerts',
  validateSearch: readAlertsSearch,
  component: lazyRouteComponent(() => import('./alerts/page.tsx'), 'AlertsPage'),
});
const alert = createRoute({ getParentRoute: () => alerts, path: '$alertId' });
const events = createRoute({
  getParentRoute: () => inside,
  path: '/events',
  validateSearch: readEventsSearch,
  component: lazyRouteComponent(() => import('./events/page.tsx'), 'EventsPage'),
});
const event = createRoute({ getParentRoute: () => events, path: '$eventId' });
const hunts = createRoute({ getParentRoute: () => inside, path: '/hunts', component: lazyRouteComponent(() => import('./hunts/page.tsx'), 'HuntsPage') });
const newHunt = createRoute({
  getParentRoute: () => inside,
  path: '/hunts/new',
  validateSearch: readNewHuntSearch,
  component: lazyRouteComponent(() => import('./hunts/new.tsx'), 'NewHuntPage'),
});
const hunt = createRoute({
  getParentRoute: () => inside,
  path: '/hunts/hunt/$huntId',
  validateSearch: readHuntSearch,
  component: lazyRouteComponent(() => import('./hunts/detail.tsx'), 'HuntPage'),
});
const entities = createRoute({
  getParentRoute: () => inside,
  path: '/entities',
  validateSearch: readEntitiesSearch,
  component: lazyRouteComponent(() => import('./entities/list.tsx'), 'EntitiesPage'),
});
const entity = createRoute({
  getParentRoute: () => inside,
  path: '/entities/$type/$value',
  validateSearch: readEntitySearch,
  component: lazyRouteComponent(() => import('./entities/page.tsx'), 'EntityPage'),
});
const pipeline = createRoute({
  getParentRoute: () => inside,
  path: '/pipeline',
  validateSearch: readPipelineSearch,
  component: lazyRouteComponent(() => import('./pipeline/page.tsx'), 'PipelinePage'),
});
const sensors = createRoute({
  getParentRoute: () => inside,
  path: '/pipeline/sensors',
  validateSearch: readSensorsSearch,
  component: lazyRouteComponent(() => import('./sensors/page.tsx'), 'SensorsPage'),
});
const enrolSensor = createRoute({
  getParentRoute: () => inside,
  path: '/pipeline/sensors/enrol',
  validateSearch: readEnrolSearch,
  component: lazyRouteComponent(() => import('./sensors/enrol.tsx'), 'EnrolPage'),
});
const trySensor = createRoute({
  getParentRoute: () => inside,
  path: '/pipeline/sensors/try',
  component: lazyRouteComponent(() => import('./sensors/try.tsx'), 'TryPage'),
});
const sensor = createRoute({
  getParentRoute: () => inside,
  path: '/pipeline/sensors/$sensorId',
  validateSearch: readSensorSearch,
  component: lazyRouteComponent(() => import('./sensors/detail.tsx'), 'SensorPage'),
});
const connectors = createRoute({
  getParentRoute: () => inside,
  path: '/connectors',
  validateSearch: readConnectorsSearch,
  component: lazyRouteComponent(() => import('./connectors/page.tsx'), 'ConnectorsPage'),
});
const newConnector = createRoute({
  getParentRoute: () => inside,
  path: '/connectors/new',
  validateSearch: readNewConnectorSearch,
  component: lazyRouteComponent(() => import('./connectors/new.tsx'), 'NewConnectorPage'),
});
const connector = createRoute({
  getParentRoute: () => inside,
  path: '/connectors/connector/$name',
  validateSearch: readConnectorSearch,
  component: lazyRouteComponent(() => import('./connectors/detail.tsx'), 'ConnectorPage'),
});
const editConnector = createRoute({
  getParentRoute: () => inside,
  path: '/connectors/connector/$name/edit',
  component: lazyRouteComponent(() => import('./connectors/edit.tsx'), 'EditConnectorPage'),
});
const subscriptions = createRoute({
  getParentRoute: () => inside,
  path: '/connectors/subscriptions',
  component: lazyRouteComponent(() => import('./connectors/subscriptions-page.tsx'), 'SubscriptionsPage'),
});
const newSubscription = createRoute({
  getParentRoute: () => inside,
  path: '/connectors/subscriptions/new',
  component: lazyRouteComponent(() => import('./connectors/subscription-page.tsx'), 'NewSubscriptionPage'),
});
const subscription = createRoute({
  getParentRoute: () => inside,
  path: '/connectors/subscriptions/$subscriptionId',
  validateSearch: readSubscriptionSearch,
  component: lazyRouteComponent(() => import('./connectors/subscription-page.tsx'), 'SubscriptionPage'),
});
const fields = createRoute({
  getParentRoute: () => inside,
  path: '/fields',
  validateSearch: readFieldsSearch,
  component: lazyRouteComponent(() => import('./fields/page.tsx'), 'FieldsPage'),
});
const rules = createRoute({
  getParentRoute: () => inside,
  path: '/rules',
  validateSearch: readRulesSearch,
  component: lazyRouteComponent(() => import('./rules/page.tsx'), 'RulesPage'),
});
const newRule = createRoute({
  getParentRoute: () => inside,
  path: '/rules/new',
  validateSearch: readRuleSearch,
  component: lazyRouteComponent(() => import('./rules/rule.tsx'), 'NewRulePage'),
});
const rule = createRoute({
  getParentRoute: () => inside,
  path: '/rules/rule/$ruleId',
  validateSearch: readRuleSearch,
  component: lazyRouteComponent(() => import('./rules/rule.tsx'), 'RulePage'),
});
const coverage = createRoute({
  getParentRoute: () => inside,
  path: '/rules/coverage',
  validateSearch: readCoverageSearch,
  component: lazyRouteComponent(() => import('./rules/coverage.tsx'), 'CoveragePage'),
});
const exceptions = createRoute({
  getParentRoute: () => inside,
  path: '/rules/exceptions',
  validateSearch: readExceptionsSearch,
  component: lazyRouteComponent(() => import('./rules/exceptions.tsx'), 'ExceptionsPage'),
});
const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/page.tsx'), 'AccountPage'),
});
const users = createRoute({
  getParentRoute: () => inside,
  path: '/administration',
  validateSearch: readUsersSearch,
  component: lazyRouteComponent(() => import('./administration/users-page.tsx'), 'UsersPage'),
});
const user = createRoute({
  getParentRoute: () => inside,
  path: '/administration/users/$userId',
  component: lazyRouteComponent(() => import('./administration/user-page.tsx'), 'UserPage'),
});
const serviceAccounts = createRoute({
  getParentRoute: () => inside,
  path: '/administration/service-accounts',
  validateSearch: readAccountsSearch,
  component: lazyRouteComponent(() => import('./administration/accounts-page.tsx'), 'AccountsPage'),
});
const roles = createRoute({
  getParentRoute: () => inside,
  path: '/administration/roles',
  validateSearch: readRolesSearch,
  component: lazyRouteComponent(() => import('./administration/roles-page.tsx'), 'RolesPage'),
});
const audit = createRoute({
  getParentRoute: () => inside,
  path: '/administration/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('./administration/audit-page.tsx'), 'AuditPage'),
});
const identityProviders = createRoute({
  getParentRoute: () => inside,
  path: '/administration/identity-providers',
  component: lazyRouteComponent(() => import('./administration/providers-page.tsx'), 'ProvidersPage'),
});
const newIdentityProvider = createRoute({
  getParentRoute: () => inside,
  path: '/administration/identity-providers/new',
  component: lazyRouteComponent(() => import('./administration/new-provider-page.tsx'), 'NewProviderPage'),
});
const identityProvider = createRoute({
  getParentRoute: () => inside,
  path: '/administration/identity-providers/provider/$name',
  component: lazyRouteComponent(() => import('./administration/provider-page.tsx'), 'ProviderPage'),
});
const trustDomains = createRoute({
  getParentRoute: () => inside,
  path: '/administration/trust-domains',
  component: lazyRouteComponent(() => import('./administration/trust-domains-page.tsx'), 'TrustDomainsPage'),
});
const newTrustDomain = createRoute({
  getParentRoute: () => inside,
  path: '/administration/trust-domains/new',
  component: lazyRouteComponent(() => import('./administration/new-trust-domain-page.tsx'), 'NewTrustDomainPage'),
});
const trustDomain = createRoute({
  getParentRoute: () => inside,
  path: '/administration/trust-domains/domain/$name',
  component: lazyRouteComponent(() => import('./administration/trust-domain-page.tsx'), 'TrustDomainPage'),
});
const organization = createRoute({
  getParentRoute: () => inside,
  path: '/administration/organization',
  component: lazyRouteComponent(() => import('./administration/organization-page.tsx'), 'OrganizationPage'),
});
const organizations = createRoute({
  getParentRoute: () => inside,
  path: '/administration/organizations',
  component: lazyRouteComponent(() => import('./administration/organizations-page.tsx'), 'OrganizationsPage'),
});
const kit = createRoute({
  getParentRoute: () => root,
  path: '/kit',
  component: import.meta.env.DEV ? lazyRouteComponent(() => import('./kit/showcase.tsx'), 'Showcase') : Lost,
});

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    invitation,
    password,
    kit,
    inside.addChildren([
      overview,
      alerts.addChildren([alert]),
      events.addChildren([event]),
      hunts,
      newHunt,
      hunt,
      entities,
      entity,
      rules,
      newRule,
      rule,
      coverage,
      exceptions,
      fields,
      pipeline,
      sensors,
      enrolSensor,
      trySensor,
      sensor,
      connectors,
      newConnector,
      connector,
      editConnector,
      subscriptions,
      newSubscription,
      subscription,
      account,
      users,
      user,
      serviceAccounts,
      roles,
      audit,
      identityProviders,
      newIdentityProvider,
      identityProvider,
      trustDomains,
      newTrustDomain,
      trustDomain,
      organization,
      organizations,
    ]),
  ]),
  defaultPreload: 'intent',
  search: { strict: true }, // what a page cannot read is as if it were not there
  // Addresses are read and typed by people: plain names and values, no JSON.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(search)) if (typeof value === 'string' && value !== '') params.set(name, value);
    const text = params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%2F', '/');
    return text === '' ? '' : `?${text}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
