import { immutable, present, rules } from '../rule.ts'

/** Rules across fields, as CEL in the server: each names the field and the cure. */

/** What a spec must hold by itself. */
export const specRules = rules(
  {
    rule: "!(self.engine == 'memcached') || !(has(self.nodes.shards) || has(self.nodes.replicasPerShard) || has(self.nodes.clusterMode) || has(self.nodes.multiAZ) || has(self.nodes.automaticFailover))",
    message:
      'spec.nodes: memcached has no shards, replicasPerShard, clusterMode, multiAZ or automaticFailover: remove them and set spec.nodes.count',
    fieldPath: '.nodes',
  },
  {
    rule: "self.engine == 'memcached' || !has(self.nodes.count)",
    message:
      'spec.nodes.count is for memcached only: use spec.nodes.replicasPerShard, or spec.nodes.shards with clusterMode Enabled',
    fieldPath: '.nodes.count',
  },
  {
    rule: "!(has(self.nodes.shards) && self.nodes.shards > 1) || (has(self.nodes.clusterMode) && self.nodes.clusterMode == 'Enabled')",
    message: 'spec.nodes.shards above 1 needs spec.nodes.clusterMode: Enabled',
    fieldPath: '.nodes.shards',
  },
  {
    rule: "!(has(self.nodes.automaticFailover) && self.nodes.automaticFailover) || (has(self.nodes.replicasPerShard) && self.nodes.replicasPerShard > 0) || (has(self.nodes.clusterMode) && self.nodes.clusterMode == 'Enabled')",
    message:
      'spec.nodes.automaticFailover needs a replica to fail over to: set spec.nodes.replicasPerShard to 1 or more',
    fieldPath: '.nodes.automaticFailover',
  },
  {
    rule: '!(has(self.nodes.multiAZ) && self.nodes.multiAZ) || (has(self.nodes.replicasPerShard) && self.nodes.replicasPerShard > 0)',
    message: 'spec.nodes.multiAZ needs a replica in another zone: set spec.nodes.replicasPerShard to 1 or more',
    fieldPath: '.nodes.multiAZ',
  },
  {
    rule: '!(has(self.nodes.multiAZ) && self.nodes.multiAZ) || !has(self.nodes.automaticFailover) || self.nodes.automaticFailover',
    message: 'spec.nodes.multiAZ needs spec.nodes.automaticFailover: set it to true or remove it',
    fieldPath: '.nodes.multiAZ',
  },
  {
    rule: "!(has(self.nodes.clusterMode) && self.nodes.clusterMode == 'Enabled') || !has(self.nodes.automaticFailover) || self.nodes.automaticFailover",
    message: 'spec.nodes.automaticFailover is always on with clusterMode Enabled: set it to true or remove it',
    fieldPath: '.nodes.automaticFailover',
  },
  {
    rule: "!(self.engine == 'memcached') || !has(self.auth) || self.auth.mode == 'None'",
    message: 'spec.auth: memcached on ElastiCache has no authentication: remove spec.auth',
    fieldPath: '.auth',
  },
  {
    rule: `!(self.engine == 'memcached') || !(${present('encryption.atRest')} || ${present('encryption.kmsKeyId')})`,
    message:
      'spec.encryption: memcached keeps nothing on disk, so it has no encryption at rest: remove atRest and kmsKeyId',
    fieldPath: '.encryption',
  },
  {
    rule: `!(self.engine == 'memcached') || !(${present('encryption.inTransit')} && self.encryption.inTransit == 'Preferred')`,
    message: 'spec.encryption.inTransit: memcached has no Preferred: set Required or Disabled',
    fieldPath: '.encryption.inTransit',
  },
  {
    rule: `!(has(self.auth) && self.auth.mode == 'Token') || (${present('encryption.inTransit')} && self.encryption.inTransit == 'Required')`,
    message: 'spec.auth.mode Token needs spec.encryption.inTransit: Required, as the token would travel in clear text',
    fieldPath: '.auth.mode',
  },
  {
    rule: "!(has(self.auth) && has(self.auth.token)) || self.auth.mode == 'Token'",
    message: 'spec.auth.token is used with spec.auth.mode: Token only',
    fieldPath: '.auth.token',
  },
  {
    rule: `!(${present('encryption.kmsKeyId')}) || (has(self.encryption.atRest) && self.encryption.atRest)`,
    message: 'spec.encryption.kmsKeyId needs spec.encryption.atRest: true',
    fieldPath: '.encryption.kmsKeyId',
  },
  {
    rule: "self.engine != 'memcached' || !has(self.nodes.zones) || self.nodes.zones.size() == (has(self.nodes.count) ? self.nodes.count : 1)",
    message: 'spec.nodes.zones of memcached: name one zone for each of the spec.nodes.count nodes',
    fieldPath: '.nodes.zones',
  },
  {
    rule: "self.engine == 'memcached' || !has(self.nodes.zones) || self.nodes.zones.size() == (has(self.nodes.replicasPerShard) ? self.nodes.replicasPerShard : 0) + 1",
    message:
      'spec.nodes.zones of redis and valkey: name one zone for the primary and one for each of the spec.nodes.replicasPerShard replicas',
    fieldPath: '.nodes.zones',
  },
  {
    rule: '!(has(self.nodes.multiAZ) && self.nodes.multiAZ) || !has(self.nodes.zones) || self.nodes.zones.exists(zone, zone != self.nodes.zones[0])',
    message: 'spec.nodes.multiAZ needs two different zones in spec.nodes.zones: name another one or remove zones',
    fieldPath: '.nodes.zones',
  },
  {
    rule: "!(has(self.nodes.clusterMode) && self.nodes.clusterMode == 'Compatible') || (has(self.nodes.replicasPerShard) && self.nodes.replicasPerShard > 0 && !(has(self.nodes.automaticFailover) && !self.nodes.automaticFailover))",
    message:
      'spec.nodes.clusterMode Compatible needs a replica and automatic failover: set spec.nodes.replicasPerShard to 1 or more and leave spec.nodes.automaticFailover on',
    fieldPath: '.nodes.clusterMode',
  },
  {
    rule: "self.engine == 'memcached' || !has(self.engineVersion) || !self.engineVersion.matches('^([6-9]|[1-9][0-9]+)[.][0-9]+[.]')",
    message:
      'spec.engineVersion: from redis 6 and for valkey AWS chooses the patch version: leave it out, for instance 7.1',
    fieldPath: '.engineVersion',
  },
  {
    rule: "!has(self.engineVersion) || self.engineVersion.matches('^[0-9]+[.][0-9]+[.][0-9]+$') || !(self.engine == 'memcached' || (self.engine == 'redis' && self.engineVersion.matches('^[0-5]([.]|$)')))",
    message:
      'spec.engineVersion: memcached and redis before 6 are named with their patch version, for instance 1.6.22 or 5.0.6',
    fieldPath: '.engineVersion',
  },
  {
    rule: "self.engine != 'valkey' || !has(self.engineVersion) || !self.engineVersion.matches('^([0-6]([.]|$)|7[.][01]([.]|$))')",
    message: 'spec.engineVersion: valkey begins at 7.2: set 7.2, 8.0 or later, or leave it out',
    fieldPath: '.engineVersion',
  },
  {
    rule: "!has(self.parameters) || !('cluster-enabled' in self.parameters)",
    message: 'spec.parameters: cluster-enabled is not for parameters: set spec.nodes.clusterMode',
    fieldPath: '.parameters',
  },
  {
    rule: '!has(self.parameters) || self.parameters.all(name, name.size() >= 1 && name.size() <= 128)',
    message: 'spec.parameters: the name of a parameter has 1 to 128 characters',
    fieldPath: '.parameters',
  },
  {
    rule: '!has(self.tags) || self.tags.all(key, key.size() >= 1 && key.size() <= 128)',
    message: 'spec.tags: the key of a tag has 1 to 128 characters',
    fieldPath: '.tags',
  },
  {
    rule: "!has(self.tags) || self.tags.all(key, !key.startsWith('aws:') && !key.startsWith('larder.dev/'))",
    message:
      'spec.tags: keys that start with aws: belong to AWS and keys that start with larder.dev/ to Larder: rename them',
    fieldPath: '.tags',
  },
  {
    rule: '!(has(self.parameters) && has(self.parameterGroupName))',
    message:
      'spec.parameters and spec.parameterGroupName exclude each other: Larder never changes a parameter group that it does not own',
    fieldPath: '.parameterGroupName',
  },
)

/** Not lower from this part of the version on. Compared as numbers, as far as both go: 7.10 is above 7.9. */
const notLower = (part: number): string => {
  const now = `self.engineVersion.split('.')`
  const then = `oldSelf.engineVersion.split('.')`
  if (part > 2) return 'true'
  const [a, b] = [`int(${now}[${part}])`, `int(${then}[${part}])`]
  const named = part === 0 ? '' : `${now}.size() <= ${part} || ${then}.size() <= ${part} || `
  return `(${named}${a} > ${b} || (${a} == ${b} && ${notLower(part + 1)}))`
}

/** What a changed spec must hold against the one before. */
export const transitionRules = rules(
  {
    rule: `!has(self.engineVersion) || !has(oldSelf.engineVersion) || self.engine != oldSelf.engine || ${notLower(0)}`,
    message: 'spec.engineVersion is never lowered, as AWS can not go back: set it back, or create another CacheCluster',
    fieldPath: '.engineVersion',
  },
  {
    rule: '!has(oldSelf.adopt) || (has(self.adopt) && self.adopt.id == oldSelf.adopt.id)',
    message: "spec.adopt.id can't be changed once it is set: create another CacheCluster that names the other cache",
    fieldPath: '.adopt.id',
  },
  {
    rule: "self.engine == oldSelf.engine || (oldSelf.engine == 'redis' && self.engine == 'valkey')",
    message:
      'spec.engine can only change from redis to valkey: for any other engine create another CacheCluster and move to it',
    fieldPath: '.engine',
  },
  immutable('network.port', '0', 'create another CacheCluster with the other port and move to it'),
  immutable('network.subnetGroupName', "''", 'create another CacheCluster in the other subnets and move to it'),
  immutable('network.type', "'unset'", 'create another CacheCluster and move to it'),
  {
    rule: `(${present('encryption.atRest')} ? (self.encryption.atRest ? 2 : 1) : 0) == (${present('encryption.atRest', 'oldSelf')} ? (oldSelf.encryption.atRest ? 2 : 1) : 0)`,
    message: "spec.encryption.atRest can't be changed after creation: create another CacheCluster and move to it",
    fieldPath: '.encryption.atRest',
  },
  immutable('encryption.kmsKeyId', "''", 'create another CacheCluster with the other key and move to it'),
  {
    rule: "!(has(oldSelf.nodes.clusterMode) && oldSelf.nodes.clusterMode == 'Enabled') || (has(self.nodes.clusterMode) && self.nodes.clusterMode == 'Enabled')",
    message: 'spec.nodes.clusterMode Enabled is final: leave it, or create another CacheCluster and move to it',
    fieldPath: '.nodes.clusterMode',
  },
  {
    rule: `!(self.engine == 'memcached') || (${present('encryption.inTransit')} ? self.encryption.inTransit : 'Disabled') == (${present('encryption.inTransit', 'oldSelf')} ? oldSelf.encryption.inTransit : 'Disabled')`,
    message:
      "spec.encryption.inTransit of memcached can't be changed after creation: create another CacheCluster and move to it",
    fieldPath: '.encryption.inTransit',
  },
)

const bindingSecret = `(${present('spec.connection.secretName')} ? self.spec.connection.secretName : self.metadata.name)`

/** Rules that need the object's name: they stand at the root, beside spec. Both Secrets are named after the object. */
export const cacheClusterRules = rules(
  {
    rule: '(has(self.spec.connection) && has(self.spec.connection.secretName)) || self.metadata.name.size() <= 240',
    message:
      'metadata.name is longer than 240 characters, too long for the names of the Secrets: shorten it, or set spec.connection.secretName',
    fieldPath: '.metadata.name',
  },
  {
    rule: `!(${present('spec.auth.token')}) || !(self.spec.auth.token.secretRef.name in [${bindingSecret}, ${bindingSecret} + '-env'])`,
    message:
      'spec.auth.token.secretRef.name is a Secret that Larder writes for workloads: keep the token in a Secret of another name, or set spec.connection.secretName',
    fieldPath: '.spec.auth.token.secretRef.name',
  },
  {
    rule: `!(has(self.spec.connection) && has(self.spec.connection.secretName)) || !has(self.spec.auth) || self.spec.auth.mode != 'Token' || has(self.spec.auth.token) || !(self.metadata.name + '-auth' in [self.spec.connection.secretName, self.spec.connection.secretName + '-env'])`,
    message:
      'spec.connection.secretName is the Secret <name>-auth in which Larder keeps the generated token: choose another name',
    fieldPath: '.spec.connection.secretName',
  },
)
