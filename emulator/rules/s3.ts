import { statSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import { invalidValue } from '../wire/refusal.ts'

export interface S3File {
  readonly path: string
  readonly bytes: number
}

const OBJECT = /^arn:aws[a-z-]*:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([^,]+)$/

const fileSize = (path: string): number | undefined => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() ? found.size : undefined
}

/**
 * The local file that stands for an S3 object: `<bucket>/<key>` below the folder. Without such a folder, and for what
 * lies outside of it, the answer is that of an account that may not read the object.
 */
export const s3File = (s3Dir: string | undefined, arn: string): S3File => {
  const [, bucket = '', key = ''] = OBJECT.exec(arn) ?? []
  if (bucket === '') throw invalidValue(`Invalid S3 object ARN: ${arn}.`)
  const folder = resolve(s3Dir ?? '.', bucket)
  const path = resolve(folder, key)
  const bytes = s3Dir !== undefined && path.startsWith(`${folder}${sep}`) ? fileSize(path) : undefined
  if (bytes === undefined) {
    throw invalidValue(
      `Unable to fetch metadata from S3 with bucket: ${bucket} and object: ${key}. Please verify S3 permission.`,
    )
  }
  return { path, bytes }
}
