/** A Redis Cluster by some of its servers: these tell of the others. */
export interface ClusterAddress {
  hosts: { host: string; port: number }[]
  username?: string
  password?: string
  isSecure: boolean
}

export const clusterForm = "'redis+cluster://user:password@host:port,host:port'"

const form = /^redis(?<secure>s?)\+cluster:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^@/?#]+)\/?$/
const hostForm = /^(?<host>\[[\da-f:]+\]|[^\s:[\]]+)(?::(?<port>\d{1,5}))?$/i

/** Whether an address names a Redis Cluster, rather than one server; it may have errors. */
export const isClusterUrl = (url: string): boolean => /^rediss?\+cluster:/.test(url)

/**
 * Reads `redis+cluster://user:password@host:port,host:port`, or `rediss+cluster:` for TLS. One host is enough, its port
 * is 6379 unless given. Undefined for anything else, such as an address with a database: a cluster has only one.
 */
export function readClusterUrl(url: string): ClusterAddress | undefined {
  const parts = form.exec(url)?.groups
  if (!parts) return undefined
  const hosts: ClusterAddress['hosts'] = []
  for (const text of parts.hosts!.split(',')) {
    const found = hostForm.exec(text)?.groups
    const port = Number(found?.port ?? 6379)
    if (!found || port < 1 || port > 65535) return undefined
    hosts.push({ host: found.host!.replace(/^\[|\]$/g, ''), port })
  }
  try {
    const username = decodeURIComponent(parts.user ?? '')
    const password = decodeURIComponent(parts.password ?? '')
    const isSecure = parts.secure === 's'
    return { hosts, ...(username ? { username } : {}), ...(password ? { password } : {}), isSecure }
  } catch {
    return undefined // a percent sign that is none of percent-encoding
  }
}
