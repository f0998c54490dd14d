/**
 * Commands that ElastiCache refuses to customers (its user guide, "Restricted commands"). The service renames them away;
 * here the ACL denies them, so that the answer is NOPERM and not "unknown command".
 * Beyond its list: failover, module and the server's own restart, which no managed cache lets through either.
 */
export const RESTRICTED_COMMANDS: readonly string[] = [
  ...['acl|deluser', 'acl|load', 'acl|save', 'acl|setuser', 'bgrewriteaof', 'bgsave', 'config', 'debug', 'failover'],
  ...['migrate', 'module', 'psync', 'replicaof', 'replconf', 'save', 'shutdown', 'slaveof', 'sync'],
  ...['addslots', 'addslotsrange', 'bumpepoch', 'delslots', 'delslotsrange', 'failover', 'flushslots', 'forget'].map(
    (command) => `cluster|${command}`,
  ),
  ...['meet', 'replicate', 'reset', 'saveconfig', 'set-config-epoch', 'setslot'].map((command) => `cluster|${command}`),
]

/** What is put behind every rule that a customer gives. */
export const DENIALS: readonly string[] = RESTRICTED_COMMANDS.map((command) => `-${command}`)
