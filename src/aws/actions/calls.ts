import type { AwsAction } from '../../plan/core/action.ts'
import { type Call, nameOfArn, type Send, subjectOfArn } from './call.ts'
import { changeToken, createGroup, deleteGroup, modifyGroup, setReplicas, setShards } from './group.ts'
import { createMemcached, deleteMemcached, modifyMemcached, rebootNodes, setNodes } from './memcached.ts'
import { createParameterGroup, deleteParameterGroup, resetParameters, setParameters } from './parameters.ts'
import { removeTags, setTags } from './tags.ts'

const group = (id: string, send: Send): Call => ({ send, subject: 'group', spoils: { cache: id } })
const cluster = (id: string, send: Send): Call => ({ send, subject: 'cacheCluster', spoils: { cache: id } })
const parameters = (name: string, send: Send): Call => ({
  send,
  subject: 'parameterGroup',
  spoils: { parameterGroup: name },
})
const tags = (cacheId: string, arn: string, send: Send): Call => {
  const subject = subjectOfArn(arn)
  return {
    send,
    subject,
    spoils: subject === 'parameterGroup' ? { parameterGroup: nameOfArn(arn) } : { cache: cacheId },
  }
}

/** Every action that the plan may name; a new one that is missing here does not compile. */
export const callOf = (action: AwsAction, authToken?: string): Call => {
  switch (action.do) {
    case 'CreateGroup':
      return group(action.id, createGroup(action, authToken))
    case 'ModifyGroup':
      return group(action.id, modifyGroup(action))
    case 'SetReplicas':
      return group(action.id, setReplicas(action))
    case 'SetShards':
      return group(action.id, setShards(action))
    case 'RotateToken':
      return group(action.id, changeToken(action, 'ROTATE', authToken))
    case 'SetToken':
      return group(action.id, changeToken(action, 'SET', authToken))
    case 'DeleteGroup':
      return group(action.id, deleteGroup(action))
    case 'CreateMemcached':
      return cluster(action.id, createMemcached(action))
    case 'ModifyMemcached':
      return cluster(action.id, modifyMemcached(action))
    case 'SetNodes':
      return cluster(action.id, setNodes(action))
    case 'RebootNodes':
      return cluster(action.id, rebootNodes(action))
    case 'DeleteMemcached':
      return cluster(action.id, deleteMemcached(action))
    case 'CreateParameterGroup':
      return parameters(action.name, createParameterGroup(action))
    case 'SetParameters':
      return parameters(action.name, setParameters(action))
    case 'ResetParameters':
      return parameters(action.name, resetParameters(action))
    case 'DeleteParameterGroup':
      return parameters(action.name, deleteParameterGroup(action))
    case 'SetTags':
      return tags(action.cacheId, action.arn, setTags(action))
    case 'RemoveTags':
      return tags(action.cacheId, action.arn, removeTags(action))
  }
}
