import { renderErrorsPage } from '../../src/aws/errors/page.ts'
import type { Target } from './target.ts'

export const errorsPage = (): readonly Target[] => [{ path: 'docs/errors.md', content: renderErrorsPage() }]
