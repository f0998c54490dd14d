import * as z from 'zod'

/** Condition types, in the order in which they are listed in status: kstatus takes the first of Reconciling and Stalled. */
export const conditionTypes = ['Reconciling', 'Stalled', 'Ready', 'Available', 'BindingReady'] as const
export type ConditionType = (typeof conditionTypes)[number]

const text = (description: string, maxLength = 1024) => z.string().max(maxLength).describe(description)

export const condition = z.object({
  type: text('Name of the condition, for instance Ready.', 316),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
  reason: text('Why, in one CamelCase word.'),
  message: text('Why, in a sentence: what, how far and how long, and the cure where one is needed.', 32768),
  lastTransitionTime: z.string().meta({ format: 'date-time' }).describe('When status last changed.'),
  observedGeneration: z.int().min(0).optional().describe('The metadata.generation that this condition speaks of.'),
})
export type Condition = z.infer<typeof condition>

export const conditions = z
  .array(condition)
  .max(16)
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
  .describe('What is known of the object: Ready, Reconciling and Stalled follow kstatus.')
