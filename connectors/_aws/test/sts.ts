// What STS answers who may take on a role.

/** @param key Id of the keys that are lent. */
export const assumeRoleAnswer = (key: string): string =>
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser><Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>secret of ${key}</SecretAccessKey><SessionToken>session of ${key}</SessionToken><Expiration>2026-11-22T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
