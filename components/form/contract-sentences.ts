/** The contract's own sentences about wrong fields, and the key `form.sentence.<key>` of their translation. */
export const sentenceKeys: Readonly<Record<string, RuleKey | undefined>> = {
  'Use lower-case letters, digits and hyphens; begin and end with a letter or digit.': 'label',
  'Control characters are not allowed.': 'controlCharacters',
  'Use at least 12 characters.': 'password',
  'Write an address such as 203.0.113.7 or a network such as 10.0.0.0/8 or 2001:db8::/32.': 'addressOrNetwork',
  'This person is in the project already.': 'isMember',
  'This address is invited already.': 'isInvited',
  'This role is not there any more.': 'roleGone',
  'Choose another project.': 'otherProject',
  'Choose at least one permission.': 'onePermission',
  'Give either role or customRoleId.': 'oneRole',
  'Paste one public key as in ~/.ssh/id_ed25519.pub.': 'sshPublicKey',
  'Use letters, digits and _; do not begin with a digit.': 'envName',
  'NUL is not allowed.': 'nul',
  'Write it as name:tag, for example nginx:1.29 or ghcr.io/team/app:2.': 'containerImage',
  'Write an absolute path such as /var/lib/data.': 'absolutePath',
  'The path must not contain . or ..': 'dotPath',
  'Write the SHA-256 as 64 hex digits.': 'sha256',
  'Write a host name or an IP address.': 'hostAddress',
  'Write it as SHA256:… as ssh-keygen -l prints it.': 'fingerprint',
  'Write a user name of that machine.': 'userName',
  'Paste a whole certificate in PEM, from its BEGIN to its END line.': 'certificate',
  'Paste a whole private key in PEM, without a passphrase, from its BEGIN to its END line.': 'pemKey',
  'This certificate cannot be read.': 'badCertificate',
  'This private key cannot be read.': 'badPemKey',
  'This key does not belong to the certificate.': 'certificateKey',
  'At most 32 labels.': 'labelCount',
  'This is needed.': 'needed',
  'Write scopes with a space between.': 'scopes',
  'This must be an address such as ldaps://ldap.example.org.': 'ldapUrl',
  'Write a filter in parentheses that holds {username}.': 'ldapFilter',
  'Write a number such as 0.0125, with a point and at most six places.': 'price',
  'Write three letters, such as EUR.': 'currencyForm',
  'There is no currency of this code (ISO 4217).': 'currency',
  'Name at least one limit.': 'oneLimit',
  'Type the six digits that the app shows.': 'sixDigits',
  'Type a whole recovery code.': 'recoveryCode',
};

export type RuleKey =
  | 'label'
  | 'controlCharacters'
  | 'password'
  | 'addressOrNetwork'
  | 'isMember'
  | 'isInvited'
  | 'roleGone'
  | 'otherProject'
  | 'onePermission'
  | 'oneRole'
  | 'sshPublicKey'
  | 'envName'
  | 'nul'
  | 'containerImage'
  | 'absolutePath'
  | 'dotPath'
  | 'sha256'
  | 'hostAddress'
  | 'fingerprint'
  | 'userName'
  | 'certificate'
  | 'pemKey'
  | 'badCertificate'
  | 'badPemKey'
  | 'certificateKey'
  | 'labelCount'
  | 'needed'
  | 'scopes'
  | 'ldapUrl'
  | 'ldapFilter'
  | 'price'
  | 'currencyForm'
  | 'currency'
  | 'oneLimit'
  | 'sixDigits'
  | 'recoveryCode';
