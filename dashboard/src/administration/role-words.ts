/** What the roles that are built in are for. */
const BUILT_IN: Readonly<Record<string, string>> = {
  platform_admin: 'runs the installation: all of an administrator, and organizations',
  admin: 'administers the organization',
  analyst: 'works on alerts and detection content',
  responder: 'works on alerts',
  engineer: 'keeps sensors, assets, detection content, and records that were set aside',
  auditor: 'reads everything, with users and the audit',
  viewer: 'reads',
  sensor: 'sends events and sees nothing',
};

export const roleWords = (name: string, description: string): string => (description === '' ? (BUILT_IN[name] ?? '') : description);
