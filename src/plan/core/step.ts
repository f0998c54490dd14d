import type { Action, AwsAction, Disruption, KubeAction } from './action.ts'
import { hashOf } from './hash.ts'
import type { PlannedAction } from './outcome.ts'

/** A step with what it is for, so that status can show it before it happens. */
export const step = (
  action: Action,
  disruption: Disruption = 'None',
  about: Pick<PlannedAction, 'field' | 'from' | 'to' | 'ends'> = {},
): PlannedAction => ({ action, disruption, when: 'Now', ...about })

const kubeActions: readonly string[] = ['StoreToken', 'KeepToken', 'WriteSecrets', 'DeleteSecrets']

export const isKubeAction = (action: Action): action is KubeAction => kubeActions.includes(action.do)
export const isAwsAction = (action: Action): action is AwsAction => !isKubeAction(action)

/** Names one step with all that it would say, for counting how often it is repeated. */
export const stepHash = (planned: PlannedAction): string => hashOf(planned.action)
