import { invalidValue } from '../wire/refusal.ts'

const SERVICE_UPDATE_STATUSES = ['available', 'cancelled', 'expired']
const UPDATE_ACTION_STATUSES = [
  'not-applied',
  'waiting-to-start',
  'in-progress',
  'stopping',
  'stopped',
  'complete',
  'scheduling',
  'scheduled',
  'not-applicable',
]

const filterOf = (parameter: string, asked: readonly string[] | undefined, known: readonly string[]) => {
  const unknown = asked?.find((status) => !known.includes(status))
  if (unknown !== undefined) throw invalidValue(`Invalid ${parameter}: ${unknown}`)
  return (status: string): boolean => !asked || asked.length === 0 || asked.includes(status)
}

/** Whether a service update's status is among those asked for; all are when none is. */
export const serviceUpdateStatusFilter = (asked: readonly string[] | undefined) =>
  filterOf('ServiceUpdateStatus', asked, SERVICE_UPDATE_STATUSES)

/** The same for the status of an update action. */
export const updateActionStatusFilter = (asked: readonly string[] | undefined) =>
  filterOf('UpdateActionStatus', asked, UPDATE_ACTION_STATUSES)
