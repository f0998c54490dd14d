/** One archive that a machine's package sources name. */
export interface AptArchive {
  readonly uri: string
  readonly suites: readonly string[]
  readonly components: readonly string[]
  /** Options that belong to it, in deb822 spelling, such as `Signed-By`. */
  readonly options: Readonly<Record<string, string>>
}

/** Reads a sources file of either format that apt knows (sources.list(5)): one line each, or deb822 stanzas. */
export function readAptSources(name: string, text: string): AptArchive[] {
  return name.endsWith('.sources') ? stanzas(text) : lines(text)
}

/** Writes one archive as a deb822 stanza. */
export function aptStanza(archive: AptArchive): string {
  const fields = {
    Types: 'deb',
    URIs: archive.uri,
    Suites: archive.suites.join(' '),
    Components: archive.components.join(' '),
    ...archive.options,
  }
  return `${Object.entries(fields)
    .map(([field, value]) => `${field}: ${value}`)
    .join('\n')}\n`
}

function stanzas(text: string): AptArchive[] {
  const withoutComments = text.replace(/^#.*\n?/gm, '')
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>()
    for (const [, field = '', value = ''] of stanza.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm))
      fields.set(field.toLowerCase(), value.trim())
    if (!words(fields.get('types')).includes('deb') || fields.get('enabled') === 'no') return []
    const signed = fields.get('signed-by')
    const options: Record<string, string> = {}
    if (signed?.startsWith('/')) options['Signed-By'] = signed
    return words(fields.get('uris')).map((uri) => ({
      uri,
      suites: words(fields.get('suites')),
      components: words(fields.get('components')),
      options,
    }))
  })
}

function lines(text: string): AptArchive[] {
  return [...text.matchAll(/^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)[ \t]*(.*)$/gm)].map(
    ([, bracket = '', uri = '', suite = '', components = '']) => {
      const signed = /signed-by=(\S+)/.exec(bracket)?.[1]
      return {
        uri,
        suites: [suite],
        components: words(components),
        options: signed === undefined ? {} : { 'Signed-By': signed },
      }
    },
  )
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '')
}
