import { createServer } from 'node:net'
import { type OwnRedis, startRedis } from '../scripts/own-redis.ts'
import { makeLog } from '../shared/log.ts'
import { connectServer, type RedisServer } from '../shared/redis.ts'
import { slotCount } from '../shared/slot.ts'
import { until } from './processes.ts'

export interface ClusterNode {
  server: OwnRedis
  /** A connection to this server alone. */
  redis: RedisServer
  id: string
}

/** A Redis Cluster of a test's own, of three servers without replicas. */
export interface OwnCluster {
  readonly url: string
  readonly nodes: ClusterNode[]
  /** The server that holds a slot. */
  holder(slot: number): Promise<ClusterNode>
  /**
   * Moves a slot with its keys to another server, as redis-cli does, while others use them. `meanwhile` is awaited while
   * none of the keys have been moved, then some, then all.
   */
  moveSlot(slot: number, to: ClusterNode, meanwhile?: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

/** Keys that are moved together. */
const batch = 2

/** Starts a cluster on free ports of the loopback interface; its servers never outlive this process. */
export async function startCluster(): Promise<OwnCluster> {
  const nodes = await Promise.all([0, 1, 2].map(startNode))
  const stop = async () => {
    for (const { redis } of nodes) redis.disconnect()
    await Promise.all(nodes.map(({ server }) => server.stop()))
  }
  try {
    await join(nodes)
  } catch (error) {
    await stop()
    throw error
  }

  /**
   * Waits until all servers know the same of one another. A slot that is moved earlier than that may be claimed by two;
   * then Redis drops the keys of one.
   */
  const settle = () => until(async () => new Set(await Promise.all(nodes.map(({ redis }) => viewOf(redis)))).size === 1)

  async function holder(slot: number): Promise<ClusterNode> {
    await settle()
    const ranges = await nodes[0]!.redis.cluster('SLOTS')
    const [, , server] = ranges.find(([first, last]) => first <= slot && slot <= last)!
    return nodes.find(({ id }) => id === server![2])!
  }

  async function moveSlot(slot: number, to: ClusterNode, meanwhile = async () => {}): Promise<void> {
    const from = await holder(slot)
    if (from === to) return
    await to.redis.cluster('SETSLOT', slot, 'IMPORTING', from.id)
    await from.redis.cluster('SETSLOT', slot, 'MIGRATING', to.id)
    while (true) {
      await meanwhile()
      const keys = (await from.redis.cluster('GETKEYSINSLOT', slot, batch)) as string[]
      if (keys.length === 0) break
      await from.redis.call('MIGRATE', '127.0.0.1', to.server.port, '', 0, 5000, 'KEYS', ...keys)
    }
    for (const { redis } of [to, from, ...nodes]) await redis.cluster('SETSLOT', slot, 'NODE', to.id)
    await settle()
  }

  return { url: `redis+cluster://127.0.0.1:${nodes[0]!.server.port}`, nodes, holder, moveSlot, stop }
}

/** What a server knows: each one's id, epoch and slots. */
async function viewOf(redis: RedisServer): Promise<string> {
  const lines = String(await redis.cluster('NODES'))
    .trim()
    .split('\n')
  const known = lines.map((line) => line.split(' ')).map(([id, , , , , , epoch, , ...slots]) => [id, epoch, ...slots])
  return known
    .map((parts) => parts.join(' '))
    .sort()
    .join('\n')
}

async function startNode(): Promise<ClusterNode> {
  const port = await freePorts()
  // A server that is away leaves the slots of the others in use.
  const args = ['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no', '--cluster-node-timeout', '2000']
  const server = await startRedis({ port, args })
  const redis = connectServer(server.url, makeLog('silent'))
  return { server, redis, id: (await redis.cluster('MYID')) as string }
}

async function join(nodes: ClusterNode[]): Promise<void> {
  const share = Math.ceil(slotCount / nodes.length)
  for (const [i, { redis, server }] of nodes.entries()) {
    const count = Math.min(share, slotCount - i * share)
    await redis.cluster('ADDSLOTS', ...Array.from({ length: count }, (_, slot) => i * share + slot))
    await redis.cluster('SET-CONFIG-EPOCH', i + 1)
    if (i > 0) await nodes[0]!.redis.cluster('MEET', '127.0.0.1', server.port)
  }
  for (const { redis } of nodes) {
    await until(async () => {
      const info = String(await redis.cluster('INFO'))
      return /cluster_state:ok/.test(info) && info.includes(`cluster_slots_ok:${slotCount}`)
    })
  }
}

/** A free port, with one that is 10,000 above, where a server of a cluster talks to the others. */
async function freePorts(): Promise<number> {
  return until(async () => {
    const low = 10_000 + Math.floor(Math.random() * 20_000)
    return (await isFree(low)) && (await isFree(low + 10_000)) && low
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
